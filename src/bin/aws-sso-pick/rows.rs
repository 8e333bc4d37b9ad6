//! The rows, as they arrive on stdin.

use std::borrow::Cow;
use std::io::{self, BufRead};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use aws_sso::picker::BESIDE_ROWS;
use aws_sso::terminal::Columns;
use skim::prelude::{ItemPreview, PreviewContext, SkimItem, SkimItemReceiver, SkimItemSender, unbounded};
use tokio::sync::oneshot;

use super::status::Progress;

/// How rows are laid out.
pub(super) struct Layout {
    /// At how many characters of each row, the first ones, the search does not look.
    margin: usize,
    /// `None` if rows are shown as they are.
    columns: Option<Columns>,
    /// How many columns the screen has for a row.
    room: AtomicUsize,
}

impl Layout {
    pub(super) fn new(margin: usize, columns: Option<Columns>, width: usize) -> Self {
        let layout = Self { margin, columns, room: AtomicUsize::default() };
        layout.fit(width);
        layout
    }

    /// Lays the rows out for a terminal of this width.
    pub(super) fn fit(&self, width: usize) {
        self.room.store(width.saturating_sub(BESIDE_ROWS), Ordering::Release);
    }

    /// A row for this room; `None` if it is shown as it stands.
    pub(super) fn line(&self, row: &str, room: usize) -> Option<String> {
        let begin = row.char_indices().nth(self.margin).map_or(row.len(), |(at, _)| at);
        self.columns.map(|columns| row[..begin].to_owned() + &columns.line(&row[begin..], room))
    }

    /// The room, if that is too little for all columns.
    fn narrow(&self) -> Option<usize> {
        let room = self.room.load(Ordering::Acquire);
        self.columns.filter(|columns| !columns.fit(room)).map(|_| room)
    }

    /// A row for the screen as it is now.
    pub(super) fn now(&self, row: &str) -> String {
        self.line(row, self.room.load(Ordering::Acquire)).unwrap_or_else(|| row.to_owned())
    }
}

/// A row of the list, in the form that skim needs.
struct Item {
    key: String,
    row: String,
    /// The row with room for all columns.
    wide: Option<String>,
    layout: Arc<Layout>,
    /// The part of it at which the search looks, in bytes. skim cuts it where the row ends.
    searched: [(usize, usize); 1],
    preview: String,
}

impl Item {
    fn parse(line: &str, layout: &Arc<Layout>) -> Self {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap_or_default().to_owned();
        let (key, row) = (next(), next());
        let begin = row.char_indices().nth(layout.margin).map_or(row.len(), |(at, _)| at);
        let searched = [(begin, usize::MAX)];
        let wide = layout.line(&row, usize::MAX);
        Self { key, row, wide, layout: Arc::clone(layout), searched, preview: fields.collect::<Vec<_>>().join("\n") }
    }
}

impl SkimItem for Item {
    fn text(&self) -> Cow<'_, str> {
        match self.layout.narrow() {
            Some(room) => Cow::Owned(self.layout.line(&self.row, room).unwrap_or_default()),
            None => Cow::Borrowed(self.wide.as_ref().unwrap_or(&self.row)),
        }
    }

    fn get_matching_ranges(&self) -> Option<&[(usize, usize)]> {
        Some(&self.searched)
    }

    fn output(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.key)
    }

    fn preview(&self, _context: PreviewContext<'_>) -> ItemPreview {
        #[cfg(debug_assertions)]
        assert_ne!(self.key, "panic", "as a test asked for");
        ItemPreview::Text(self.preview.clone())
    }
}

/// How many rows the list has, once it has all arrived. Rows that come later are additions.
pub(super) type ListLength = Arc<OnceLock<usize>>;

/// Rows from stdin, read on a thread of its own.
pub(super) struct Rows {
    pub receiver: SkimItemReceiver,
    pub length: ListLength,
    pub progress: Arc<Progress>,
    /// Resolves when stdin closes.
    pub closed: oneshot::Receiver<()>,
}

impl Rows {
    pub(super) fn read(layout: Arc<Layout>) -> Self {
        let (sender, receiver) = unbounded();
        let (ended, closed) = oneshot::channel();
        let (length, progress) = (ListLength::default(), Arc::<Progress>::default());
        let (known, shown) = (Arc::clone(&length), Arc::clone(&progress));
        thread::spawn(move || {
            forward(&sender, &layout, &known, &shown);
            let _ = ended.send(());
        });
        Self { receiver, length, progress, closed }
    }
}

fn forward(sender: &SkimItemSender, layout: &Arc<Layout>, length: &OnceLock<usize>, progress: &Progress) {
    /// Rows are passed on in batches of this size, or earlier if no further row has arrived yet.
    const BATCH: usize = 1024;
    let mut stdin = io::BufReader::with_capacity(1 << 16, io::stdin());
    let mut batch: Vec<Arc<dyn SkimItem>> = Vec::new();
    let mut count = 0;
    let mut line = String::new();
    while stdin.read_line(&mut line).is_ok_and(|read| read > 0) {
        let row = line.trim_end_matches('\n');
        let is_end = row.is_empty();
        if let Some(text) = row.strip_prefix('\t') {
            progress.set(text);
        } else if !is_end {
            batch.push(Arc::new(Item::parse(row, layout)));
            count += 1;
        }
        line.clear();
        let is_due = batch.len() >= BATCH || is_end || !stdin.buffer().contains(&b'\n');
        if is_due {
            let _ = sender.send(std::mem::take(&mut batch));
        }
        if is_end {
            let _ = length.set(count);
        }
    }
}
