//! The smallest program that uses threads, memory and output.

fn main() {
    let parts: Vec<_> = (1..=4u64).map(|part| std::thread::spawn(move || part * part)).collect();
    let sum: u64 = parts.into_iter().filter_map(|part| part.join().ok()).sum();
    println!("{sum}");
}
