use super::sample;
use super::*;

#[test]
fn the_comment_of_the_sample() {
    insta::assert_snapshot!(comment(&sample::facts(), &Limits::default()));
}
