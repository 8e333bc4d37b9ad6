//! The rows, as they arrive on stdin.

use std::borrow::Cow;
use std::io::{self, BufRead};
use std::sync::{Arc, OnceLock};
use std::thread;

use skim::prelude::{ItemPreview, PreviewContext, SkimItem, SkimItemReceiver, SkimItemSender, unbounded};
use tokio::sync::oneshot;

use super::status::Progress;

/// A row of the list, in the form that skim needs.
struct Item {
    key: String,
    shown: String,
    /// The part of it at which the search looks, in bytes.
    searched: [(usize, usize); 1],
    preview: String,
}

impl Item {
    fn parse(line: &str, margin: usize) -> Self {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap_or_default().to_owned();
        let (key, shown) = (next(), next());
        let begin = shown.char_indices().nth(margin).map_or(shown.len(), |(at, _)| at);
        let searched = [(begin, shown.len())];
        Self { key, shown, searched, preview: fields.collect::<Vec<_>>().join("\n") }
    }
}

impl SkimItem for Item {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.shown)
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
    /// The search does not look at the first `margin` characters of a row.
    pub(super) fn read(margin: usize) -> Self {
        let (sender, receiver) = unbounded();
        let (ended, closed) = oneshot::channel();
        let (length, progress) = (ListLength::default(), Arc::<Progress>::default());
        let (known, shown) = (Arc::clone(&length), Arc::clone(&progress));
        thread::spawn(move || {
            forward(&sender, margin, &known, &shown);
            let _ = ended.send(());
        });
        Self { receiver, length, progress, closed }
    }
}

fn forward(sender: &SkimItemSender, margin: usize, length: &OnceLock<usize>, progress: &Progress) {
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
            batch.push(Arc::new(Item::parse(row, margin)));
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
