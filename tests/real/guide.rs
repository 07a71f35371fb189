//! The guide as a test: every config block and every command of the guide that the kit answers to has an outcome here,
//! in a project made with `cargo new`. First comes plain cargo, then the kit where it has a part in it, then plain cargo
//! once more. `cargo test --test real guide::` runs it.
//!
//! Two things of the guide are replaced. A stand-in for `probe-rs` writes down how it was started, as there is no probe
//! and no chip. Directories of the test stand for `/opt/sdk`, `/opt/openssl` and `/tmp/cargo-tmp`, which are this
//! machine's and nobody else's.
//!
//! What follows is the table: a section of the guide, its blocks by their names in `blocks`, and the tests of each.
//! `table` holds it against both.
//!
//! ## Why Runner and Linker Customization Matters
//! - RUN, TEST, BENCH: aarch64::each_target_has_its_own_runner_and_run_test_and_bench_use_it
//! ## The Main Place to Configure Runners and Linkers
//! - MINIMAL: aarch64::linker_and_runner_build_and_start_a_program
//! ## What a Linker Does
//! - LINKER: aarch64::a_linker_alone_builds_and_the_kit_adds_what_runs
//! ## What a Runner Does
//! - RUNNER: aarch64::a_runner_alone_does_not_link_and_the_kit_adds_the_linker
//! ## Why Cargo Treats Runner Configuration as Target-Specific
//! - one target has a runner, another none: aarch64::each_target_has_its_own_runner_and_run_test_and_bench_use_it
//! ## A Simple Host-Native Example
//! - RUN: hands_on::a_program_of_the_host_needs_no_config
//! ## A Simple Cross-Compilation Example
//! - MINIMAL: aarch64::linker_and_runner_build_and_start_a_program,
//!   aarch64::the_guides_runner_stays_until_it_is_given_up_and_then_the_kits_own_works
//! - BUILD_AARCH64, RUN_AARCH64: aarch64::linker_and_runner_build_and_start_a_program
//! ## Linker Configuration by Exact Target Triple
//! - LINKERS: targets::each_target_has_its_own_linker
//! ## Runner Configuration by Exact Target Triple
//! - RUNNERS: embedded::two_targets_have_two_runners
//! ## Using cfg-Based Target Sections
//! - CFG_RUSTFLAGS: targets::flags_for_unix_reach_every_unix_and_nothing_else
//! - a runner for a class of targets: targets::a_runner_for_unix_starts_every_unix_program_and_nothing_else
//! ## Default Build Target in Config
//! - DEFAULT_TARGET, BUILD: targets::a_default_target_is_built_unless_it_is_overridden
//! - the default is overridden: targets::a_default_target_is_built_unless_it_is_overridden,
//!   targets::an_alias_needs_a_target_of_its_own_beside_a_default_target
//! ## Target-Specific Toolchain Configuration
//! - STATIC: aarch64::a_static_program_needs_no_loader_and_runs_under_the_guides_runner
//! ## Embedded Workflow Basics
//! - PROBE, RUN_THUMB: embedded::a_probe_is_the_runner, embedded::a_probe_that_is_not_installed_is_named
//! ## Embedded Linker Thinking
//! - LINKER_SCRIPT: embedded::a_linker_script_is_found_or_the_linker_says_so
//! ## Invoking Under Emulators
//! - RUNNER: aarch64::a_runner_alone_does_not_link_and_the_kit_adds_the_linker
//! ## Cross Testing and Runner Configuration
//! - TEST, TEST_AARCH64, without a runner, with a suitable one:
//!   aarch64::tests_need_a_runner_and_pass_with_a_suitable_one
//! ## Per-Target Environment Setup Through Config
//! - SDK: environment::a_variable_reaches_build_script_compiler_program_and_tests_of_a_target
//! ## The [env] Section as a Build-Time Helper
//! - FORCED, RUN: environment::a_forced_variable_wins_over_the_shells_and_another_does_not
//! ## A Small Cross-Aware Project
//! - NEW_DEMO, MINIMAL, BUILD_AARCH64, RUN_AARCH64: hands_on::the_demonstration_as_it_stands
//! ## Workspace-Level Runner and Linker Policy
//! - MINIMAL: workspace::the_root_config_is_for_every_member_and_the_directory_selects_the_packages,
//!   workspace::the_kit_writes_the_root_config_from_a_member
//! ## Why Current Directory Still Matters
//! - the directory selects the packages:
//!   workspace::the_root_config_is_for_every_member_and_the_directory_selects_the_packages
//! ## Host vs Target Confusion in Practice
//! - a build script is a program of the host: build_script::a_build_script_is_a_program_of_the_host
//! ## A Small Debugging Build Script
//! - a build script that tells of both: build_script::host_and_target_are_told
//! ## A Full Example Config
//! - FULL: full_example::every_listed_command_does_what_the_config_says,
//!   quick::start::with_the_full_example_of_the_guide, full::start::an_xtask_for_the_target_stops_with_the_reason
//! ## Practical Commands to Try
//! - BUILD, BUILD_AARCH64, RUN_AARCH64, TEST_AARCH64, RUN_THUMB:
//!   full_example::every_listed_command_does_what_the_config_says
//! ## Common Beginner Mistakes
//! - mistake 1: mistakes::mistake_1_a_linker_does_not_run_and_an_emulator_does_not_link
//! - mistake 2: mistakes::mistake_2_a_linker_builds_what_nothing_here_runs
//! - mistake 3: mistakes::mistake_3_tools_in_a_script_are_unknown_to_plain_cargo
//! - mistake 4: mistakes::mistake_4_bare_metal_is_no_host
//! - mistake 5: mistakes::mistake_5_a_build_script_asks_for_the_target_and_not_for_itself
//! - mistake 6: mistakes::mistake_6_what_a_shell_or_a_home_directory_adds_is_not_there_for_others
//! ## Hands-On Exercise
//! - NEW_LAB, MINIMAL, BUILD_AARCH64, RUN_AARCH64, a build script, and once more:
//!   hands_on::the_exercise_with_the_kit_taken_in_as_the_readme_says,
//!   quick::guide::the_hands_on_exercise_with_plain_cargo

mod aarch64;
mod artefact;
pub mod blocks;
mod build_script;
mod embedded;
mod environment;
mod full_example;
pub mod hands_on;
mod machine;
mod mistakes;
mod project;
pub mod table;
mod targets;
mod workspace;
