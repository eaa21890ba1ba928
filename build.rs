//! Rebuilds the binary when a file that it embeds changes: `include_dir!` alone does not tell cargo.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=examples/shop");
    println!("cargo::rerun-if-changed=templates");
}
