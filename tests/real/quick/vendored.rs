//! The kit comes into workspaces of some shapes, and goes out again, without being compiled there.

use crosskit_tests::expect;

use crate::shapes::{self, Shape};

/// What is edited in another way each, and what is refused after cargo was asked.
const SHAPES: [&str; 4] = ["crlf", "locked-below", "nested", "xtask-plain"];

#[test]
fn a_workspace_is_what_it_was_when_the_kit_has_gone() {
    let shapes: Vec<Shape> = Shape::all().into_iter().filter(|shape| SHAPES.contains(&shape.name.as_str())).collect();
    assert_eq!(shapes.len(), SHAPES.len(), "each is there");
    let check = |shape: &Shape| shape.goes_in_and_out(&shapes::directory().join(&shape.name), |_| Vec::new());
    expect::nothing_wrong(&shapes.iter().flat_map(check).collect::<Vec<_>>());
}
