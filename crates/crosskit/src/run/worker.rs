//! Threads that look after a process each, and always say how it went.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::thread::{Builder, Scope};

/// Who waits for this word waits for ever if it does not come: it comes as well where no thread can be started.
struct Answer<T, M, F: FnOnce(Result<T, String>) -> M> {
    sender: Sender<M>,
    message: Option<F>,
    work: PhantomData<fn(T)>,
}

impl<T, M, F: FnOnce(Result<T, String>) -> M> Answer<T, M, F> {
    fn give(&mut self, result: Result<T, String>) {
        if let Some(message) = self.message.take() {
            // Nobody listens any more where the run has ended.
            let _ = self.sender.send(message(result));
        }
    }
}

impl<T, M, F: FnOnce(Result<T, String>) -> M> Drop for Answer<T, M, F> {
    fn drop(&mut self) {
        self.give(Err("no thread could be started to look after it".to_owned()));
    }
}

/// Does work in a thread of its own, and sends what came of it. Work that panics has failed, and nothing else has.
pub fn start<'scope, T: Send + 'scope, M: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    sender: Sender<M>,
    message: impl FnOnce(Result<T, String>) -> M + Send + 'scope,
    work: impl FnOnce() -> Result<T, String> + Send + 'scope,
) {
    let mut answer = Answer { sender, message: Some(message), work: PhantomData };
    // Where that fails the answer goes with the closure, and says so.
    let _ = Builder::new().spawn_scoped(scope, move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        answer.give(result.unwrap_or_else(|_| Err("the thread that looked after it panicked".to_owned())));
    });
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn work_that_panics_says_so_and_harms_no_other() {
        let (sender, messages) = mpsc::channel();
        std::thread::scope(|scope| {
            start(scope, sender.clone(), |result| result, || Ok(1));
            start(scope, sender, |result| result, || -> Result<i32, String> { panic!("on purpose") });
        });
        let mut told: Vec<Result<i32, String>> = messages.into_iter().collect();
        told.sort();
        assert_eq!(told, [Ok(1), Err("the thread that looked after it panicked".to_owned())]);
    }
}
