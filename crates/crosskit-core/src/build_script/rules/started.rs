//! Programs that were built for the target, and are started on the host.

use crate::finding::{Code, Finding, Origin};

pub(in crate::build_script) fn finding(origin: Origin) -> Finding {
    Finding::warning(Code::StartsTargetProgram, "a program is started that was just built for the target")
        .at(origin)
        .note("where host and target differ, it does not start, or tells what holds for an emulator")
        .hint("let the compiler tell instead: preprocess or compile, and do not run; or compare TARGET with HOST first")
}
