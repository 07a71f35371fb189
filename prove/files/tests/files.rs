//! Files are found by the paths that cargo gives to tests, and threads share them.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

/// Tests are started in the directory of their package.
#[test]
fn a_file_of_the_package_is_found_by_a_relative_path() {
    assert_eq!(fs::read_to_string("tests/data/words.txt").unwrap().trim_end(), "one two");
}

#[test]
fn a_file_of_the_package_is_found_by_its_whole_path() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/words.txt");
    assert_eq!(fs::read_to_string(path).unwrap().trim_end(), "one two");
}

#[test]
fn the_directory_for_temporary_files_can_be_written() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("files");
    fs::create_dir_all(&directory).unwrap();
    let path = directory.join("written.txt");
    fs::write(&path, "three").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "three");
    let names: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["written.txt"]);
    fs::remove_dir_all(&directory).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn variables_of_the_package_are_set() {
    assert_eq!(std::env::var("CARGO_PKG_NAME").as_deref(), Ok("files"));
}

/// What one thread opens another one writes, where there are threads.
#[test]
fn threads_share_an_open_file() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared.txt");
    let file = Arc::new(Mutex::new(File::create(&path).unwrap()));
    let writers = (0..4).map(|number| {
        let file = Arc::clone(&file);
        thread::Builder::new().spawn(move || file.lock().unwrap().write_all(format!("{number}\n").as_bytes()).unwrap())
    });
    for writer in writers.collect::<Vec<_>>() {
        match writer {
            Ok(writer) => writer.join().unwrap(),
            Err(error) => return assert_eq!(error.kind(), ErrorKind::Unsupported),
        }
    }
    drop(file);
    let mut lines: Vec<String> = fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["0", "1", "2", "3"]);
    fs::remove_file(path).unwrap();
}
