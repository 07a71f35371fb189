//! Questions about the host whose answer decides about the target.

use crate::finding::{Code, Finding, Origin};

use crate::build_script::question::{How, Question};

/// The finding of a question, with what its answer reaches.
pub(in crate::build_script) fn finding(question: &Question, answer: &(String, usize), origin: Origin) -> Finding {
    let code = match question.how {
        How::Cfg => Code::HostCfg,
        How::Constant => Code::HostConsts,
    };
    let (what, line) = answer;
    Finding::warning(code, format!("`{}` asks about the host, and decides about the target", question.words))
        .at(origin)
        .note(format!("it decides {what} in line {line}; a build script is compiled for the host"))
        .hint(format!("ask for the target: {}", question.instead))
}
