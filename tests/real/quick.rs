//! The tier before each commit.

mod bad_input;
mod doctor;
mod faults_of_files;
mod guide;
mod hostile;
mod main_job;
mod missing_tools;
mod parts;
mod processes;
mod shared_calls;
pub mod start;
mod vendored;
mod without_the_kit;
