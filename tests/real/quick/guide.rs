//! What of the guide is cheap enough for every commit. The filter `guide::` finds it as well.

use crate::guide;

#[test]
fn the_hands_on_exercise_with_plain_cargo() {
    guide::hands_on::with_plain_cargo();
}

#[test]
fn every_block_of_the_guide_has_its_tests() {
    guide::table::is_complete();
}
