//! The page for a browser, without one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crosskit_core::views::html::{STYLE, STYLE_HASH};

/// A browser takes no other style than the one that the page's policy names.
#[test]
fn the_policy_of_the_page_names_its_style() {
    let hash = format!("sha256-{}", STANDARD.encode(hmac_sha256::Hash::hash(STYLE.as_bytes())));
    assert_eq!(STYLE_HASH, hash, "the style was edited: write the right value into views/html.rs");
}
