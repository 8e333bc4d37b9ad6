//! Prints results for a terminal or for `benches/README.md`.

use std::fmt::Write as _;

use crate::race::{Goal, Results, Row};

/// All races; as Markdown, or aligned for a terminal.
pub fn render(results: &[Results], versions: &str, markdown: bool) -> String {
    let mut text = format!("{versions}; medians of whole processes in milliseconds.\n");
    for race in results {
        let mut lines = vec![["run", "median", "fastest", "ratio", "goal"].map(str::to_owned)];
        lines.extend(race.rows.iter().map(cells));
        if markdown {
            lines.insert(1, ["---", "---:", "---:", "---", "---"].map(str::to_owned));
            let _ = writeln!(text, "\n**{}**, {} rounds\n", race.title, race.rounds);
            for line in lines {
                let _ = writeln!(text, "| {} |", line.join(" | "));
            }
        } else {
            let _ = writeln!(text, "\n{}, {} rounds\n", race.title, race.rounds);
            for [run, median, fastest, ratio, goal] in lines {
                let _ = writeln!(text, "  {run:<42}{median:>9}{fastest:>9}  {ratio:<56}{goal}");
            }
        }
    }
    text
}

fn cells(row: &Row) -> [String; 5] {
    let times = match &row.times {
        Ok(times) => times,
        Err(reason) => {
            return [row.name.clone(), "–".into(), "–".into(), format!("not measured: {reason}"), String::new()];
        }
    };
    let milliseconds = |time: std::time::Duration| {
        let time = time.as_secs_f64() * 1000.0;
        if time < 100.0 { format!("{time:.2}") } else { format!("{time:.0}") }
    };
    let (ratio, goal) = row.verdict.as_ref().map_or_else(Default::default, |verdict| {
        let measured = verdict.measured;
        let number = if measured < 10.0 { format!("{measured:.2}") } else { format!("{measured:.0}") };
        let reference = &verdict.reference;
        let (comparison, goal) = match verdict.goal {
            Goal::AtMost(most) => (format!("{number} × {reference}"), format!("at most {most}")),
            Goal::AtLeast(least) => (format!("{number} × {reference}"), format!("at least {least}")),
            Goal::MillisecondsMore(most) => (format!("{number} ms + {reference}"), format!("at most {most} ms more")),
            Goal::Milliseconds(most) => (format!("{number} ms"), format!("at most {most} ms")),
        };
        let mark = if verdict.goal.is_met(measured) { "✓" } else { "✗ missed" };
        (comparison, format!("{goal} {mark}"))
    });
    [row.name.clone(), milliseconds(times.median), milliseconds(times.fastest), ratio, goal]
}
