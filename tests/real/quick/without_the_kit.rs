//! After the main job plain cargo works from the same config.
//!
//! libtest starts tests in the order of their names: this one needs what the main job compiled, so it comes late, and
//! nobody waits for the lock that both need.

use crosskit_tests::installed::AARCH64;

use crate::kit;

#[test]
fn plain_cargo_tests_and_runs() {
    AARCH64.require();
    let scratch = kit::shared();
    kit::run(&scratch, "sync aarch64").exits(0);
    let triple = AARCH64.triple;
    for directory in [scratch.root.clone(), scratch.root.join("app")] {
        kit::run_cargo(&directory, &format!("test --target {triple}")).exits(0);

        let file = scratch.root.join("target/frame.tm");
        let _ = std::fs::remove_file(&file);
        let file = file.display();
        let run = format!("run --quiet -p app --target {triple} --");
        kit::run_cargo(&directory, &format!("{run} encode --sequence 9 --output {file} 3:u16=513")).exits(0);
        let decoded = kit::run_cargo(&directory, &format!("{run} decode {file}")).exits(0);
        assert_eq!(decoded.stdout, "#9 0.000000 - 3:u16=513\n", "{decoded}");
    }
}
