//! Lets the user choose from a list: with a picker program, or by number if none is installed.

mod color;
mod fzf;
mod hints;
mod kind;
mod number;
mod program;
mod question;

pub(crate) use self::color::PickerColor;
pub(crate) use self::kind::Picker;
pub(crate) use self::question::{Choice, Choices, Fetching, Later, Question};
use crate::environment;
use crate::error::{Error, Result, reason};
use crate::terminal::Terminal;

/// The picker that can do what is asked for.
fn in_use(picker: Picker, many: bool) -> Picker {
    match picker {
        // Such a terminal shows no list that is drawn again with each key.
        _ if environment::is_dumb_terminal() => Picker::Number,
        _ if Terminal::open().is_some_and(|terminal| terminal.size().1 < LEAST_LINES) => Picker::Number,
        // With several choices fzf cannot wait for its filter: reading the rows again would lose the marks.
        Picker::Fzf if many => Picker::Skim,
        picker => picker,
    }
}

/// Whether the list is seen to grow while the user chooses.
pub(crate) fn shows_growing_lists(picker: Picker, many: bool) -> bool {
    in_use(picker, many) == Picker::Skim && program::find(Picker::Skim).is_some() && Terminal::open().is_some()
}

/// The columns of a terminal that no row's text has: for the pointer, the marks and the scroll bar.
pub const BESIDE_ROWS: usize = 5;

/// With less, no list that is drawn again with each key has room for a row beside what is typed.
const LEAST_LINES: usize = 3;

/// Returns the indexes of the user's choices: one, or at least one if the question allows several.
pub(crate) fn choose(picker: Picker, question: &Question<'_>, choices: Choices) -> Result<Vec<usize>> {
    let Some(mut terminal) = Terminal::open() else {
        return Err(Error::usage(format!("there is no terminal on which to choose the {}", question.title))
            .with_remedy(question.remedy));
    };
    if !question.is_asked_for && terminal.is_typed_ahead() {
        let what = format!("no {} was chosen: what is typed already is not meant for the picker", question.title);
        return Err(Error::cancelled(what).with_remedy(question.remedy));
    }
    let picker = in_use(picker, question.many);
    let program = program::find(picker);
    if let Some(program) = program.as_ref().filter(|_| picker == Picker::Skim) {
        // It lays out the rows, again where the size of the window changes.
        return program.ask(question, choices);
    }
    // The numbered list wraps what has no room.
    let room = if program.is_some() { terminal.size().0.saturating_sub(BESIDE_ROWS) } else { usize::MAX };
    let (choices, header) = choices.within(room, question.header);
    let question = &Question { header: &header, ..*question };
    if let Some(program) = program {
        return program.ask(question, choices);
    }
    let rows: Vec<_> = (0..choices.count).map(|index| (choices.choice)(index)).collect();
    number::ask(&mut terminal, question, &rows)
        .map_err(|error| Error::failed(format!("cannot use the terminal: {}", reason(&error))).with_source(error))?
        .ok_or_else(|| question::nothing_chosen(question))
}
