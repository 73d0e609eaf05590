//! Mistakes as people read them: the place, the line, a caret, what is wrong and what helps.
//!
//! ```text
//! error: unknown actor or key of a step `laptp`
//!  --> scenarios/mixed/x.yaml:8:5
//!   |
//! 8 |   - laptp: NOOP
//!   |     ^^^^^
//!   |
//!   = help: did you mean `laptop`?
//! ```

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{Diagnostic, Invalid, Place, Source};

/// All mistakes of a file with their lines.
pub fn render(invalid: &Invalid, color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let blocks: Vec<String> = invalid
        .diagnostics
        .iter()
        .map(|diagnostic| block(&invalid.source, diagnostic, &renderer))
        .collect();
    blocks.join("\n\n")
}

/// All mistakes of a file, one line each: `file:line:column: message`.
pub fn one_line(invalid: &Invalid) -> String {
    let lines: Vec<String> = invalid
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let (line, column) = invalid.source.line_and_column(diagnostic.place.start);
            let path = &invalid.source.path;
            let help = diagnostic.help.as_deref();
            let help = help.map_or_else(String::new, |help| format!(" ({help})"));
            format!("{path}:{line}:{column}: {}{help}", diagnostic.message)
        })
        .collect();
    lines.join("\n")
}

fn block(source: &Source, diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let Place { start, end } = diagnostic.place;
    let end = source.text[start..end]
        .find('\n')
        .map_or(end, |newline| start + newline);
    let snippet = Snippet::source(source.text.as_str())
        .path(source.path.as_str())
        .annotation(AnnotationKind::Primary.span(start..end));
    let title = Level::ERROR.primary_title(diagnostic.message.as_str());
    let mut group = title.element(snippet);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

impl Source {
    /// Line and column of an octet, both from 1, the column in characters.
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..offset.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[start..].chars().count() + 1)
    }
}
