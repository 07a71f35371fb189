//! The decisions of crosskit, on plain data: nothing here touches a file, the environment, a process, the clock or
//! stdout.
//!
//! The layers, from facts to words; a module imports from those above it in this list:
//! [`triple`], [`finding`], [`object_file`] (re-exported from crosskit-build), [`artefact`], [`cfgs`], [`emulation`],
//! [`target`], [`unit_graph`], [`machine`], [`listing`] are facts;
//! [`rules`], [`config`], [`settings`], [`policy`], [`linking`], [`native`], [`resolve`], [`lints`], [`workspace`],
//! [`matrix`], [`libraries`], [`install`], [`tools`], [`doctor`], [`trial`], [`inspect`], [`libtest`], [`exit`], [`gate`], [`plan`] and [`record`] decide, and so does
//! `build_script`, which is there with the feature `lint`; [`pages`], [`render`], [`explain`], [`workflow`] and [`views`]
//! put the decisions into words.

pub use crosskit_build::{finding, object_file, rules, triple};

pub mod artefact;
#[cfg(feature = "lint")]
pub mod build_script;
pub mod cfgs;
pub mod config;
pub mod doctor;
pub mod emulation;
pub mod exit;
pub mod explain;
pub mod gate;
pub mod inspect;
pub mod install;
pub mod libraries;
pub mod libtest;
pub mod linking;
pub mod lints;
pub mod listing;
pub mod machine;
pub mod matrix;
pub mod native;
pub mod packages;
pub mod pages;
pub mod plan;
pub mod policy;
pub mod program;
pub mod python;
pub mod record;
pub mod render;
pub mod resolve;
pub mod script_report;
pub mod settings;
pub mod single_file;
pub mod survey;
pub mod target;

pub mod tools;
pub mod trial;
pub mod unit_graph;
pub mod vendor;
pub mod verdict;
pub mod views;
pub mod workflow;
pub mod workspace;
pub mod wrapper;
