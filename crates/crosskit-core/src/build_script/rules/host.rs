//! Questions about the host whose answer decides about the target.

use crate::finding::{Code, Finding, Origin};

use crate::build_script::facts::Answer;
use crate::build_script::question::{How, Question};

/// The finding of a question, with what its answer reaches, and the file of that where it is another one.
pub(in crate::build_script) fn finding(
    question: &Question,
    answer: &Answer,
    elsewhere: Option<&str>,
    origin: Origin,
) -> Finding {
    let code = match question.how {
        How::Cfg => Code::HostCfg,
        How::Constant => Code::HostConsts,
    };
    let Answer { what, line, .. } = answer;
    let place = match elsewhere {
        Some(path) => format!("in line {line} of {path}"),
        None => format!("in line {line}"),
    };
    Finding::warning(code, format!("`{}` asks about the host, and decides about the target", question.words))
        .at(origin)
        .note(format!("it decides {what} {place}; a build script is compiled for the host"))
        .hint(format!("ask for the target: {}", question.instead))
}
