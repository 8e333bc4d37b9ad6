//! The dialog: one key after the other, each on the list that is up to date with all keys before it.
//!
//! skim's own loop lets keys overtake its filter, which runs on other threads. Where text and Enter arrive together,
//! Enter would take a row of the list as it was before the text. So this loop hands out the keys. A key that only
//! edits the text is applied at once; before any other, `settle` waits for the filter and draws what it found.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use skim::Skim;
use skim::binds::{SkimEvent, parse_key};
use skim::prelude::{Action, Event};
use skim::tui::{App, TICK_RATE};

use super::preview_window;
use super::rows::{Layout, ListLength};
use super::status::{Counts, Status};

/// How many columns stand before each row and the lines above: for the pointer and for the mark of a chosen row.
const INDENT: u16 = 2;

type Failure = Box<dyn std::error::Error>;

/// How often a filter that is at work is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// What depends on the size of the window.
pub(super) struct Screen {
    pub layout: Arc<Layout>,
    pub lines: usize,
}

pub(super) struct Dialog {
    skim: Skim,
    length: ListLength,
    status: Status,
    screen: Screen,
    /// Events that were taken from skim's queue and are not handled yet.
    waiting: VecDeque<Event>,
    /// The text that the rows on the screen match.
    shown: Option<String>,
    /// Whether the user has seen rows: until then keys are forgotten, unless the picker was asked for.
    is_seen: bool,
    /// Whether the user has done anything but press Enter: until then that takes no row.
    is_in_use: bool,
    /// Whether no row matches, so that there are no details to show.
    is_bare: bool,
}

impl Dialog {
    /// Where it is `unasked`, what is typed may be meant for something else.
    pub(super) fn new(skim: Skim, length: ListLength, status: Status, screen: Screen, unasked: bool) -> Self {
        let waiting = VecDeque::new();
        let is_in_use = !unasked;
        Self { skim, length, status, screen, waiting, shown: None, is_seen: !unasked, is_in_use, is_bare: false }
    }

    /// The keys of the chosen rows; `None` if the user gives up.
    pub(super) async fn run(&mut self) -> Result<Option<Vec<String>>, Failure> {
        loop {
            let event = self.next_event().await?;
            let actions = self.handle(&event)?;
            self.is_in_use |= matches!(event, Event::Mouse(_));
            for action in actions {
                if self.is_too_early(&action) {
                    continue;
                }
                if !only_edits(&action) && !self.settle().await? {
                    return Ok(None);
                }
                if matches!(action, Action::Accept(_)) {
                    let chosen = self.skim.app_mut().results();
                    if chosen.is_empty() {
                        // No row matches: the user can still change the text.
                        continue;
                    }
                    return Ok(Some(chosen.iter().map(|item| item.output().into_owned()).collect()));
                }
                self.apply(&Event::Action(action))?;
            }
            if self.skim.should_quit() {
                return Ok(None);
            }
        }
    }

    /// Whether a key cannot be meant for this picker, as far as is known.
    fn is_too_early(&mut self, action: &Action) -> bool {
        if matches!(action, Action::Abort) {
            return false;
        }
        let is_enter = matches!(action, Action::Accept(_));
        self.is_in_use |= self.is_seen && !is_enter;
        !self.is_seen || is_enter && !self.is_in_use
    }

    /// The next event. Until there is one, the screen follows the filter.
    async fn next_event(&mut self) -> Result<Event, Failure> {
        loop {
            self.follow_filter()?;
            if let Some(event) = self.waiting.pop_front() {
                return Ok(event);
            }
            let is_idle = self.is_idle();
            let more_rows = self.skim.app().item_pool.items_available.clone();
            tokio::select! {
                event = self.skim.tui_mut().next() => return event.ok_or_else(|| "the terminal is closed".into()),
                () = more_rows.notified() => {}
                () = tokio::time::sleep(LOOK), if !is_idle => {}
            }
        }
    }

    /// Handles an event, and returns the actions to which its key is bound.
    fn handle(&mut self, event: &Event) -> Result<Vec<Action>, Failure> {
        let is_of_mouse = matches!(event, Event::Mouse(_));
        if is_of_mouse && !self.is_up_to_date() {
            // It points to a row that is about to move.
            return Ok(Vec::new());
        }
        let selected = self.selected().filter(|_| self.is_on_a_row(event));
        self.drain();
        let before = self.waiting.len();
        self.apply(event)?;
        self.drain();
        let is_on_selected = selected.is_some() && self.selected() == selected;
        // Only keys lead to actions, so those that are new belong to this one, whatever else has arrived meanwhile.
        let mut actions = Vec::new();
        for event in self.waiting.split_off(before) {
            match event {
                Event::Action(action) => actions.push(action),
                // skim counts two quick clicks, wherever they were.
                Event::Key(key) if is_of_mouse && key == SkimEvent::DoubleClick.key_event() => {
                    actions.extend(is_on_selected.then_some(Action::Accept(None)));
                }
                other => self.waiting.push_back(other),
            }
        }
        Ok(actions)
    }

    /// Takes all events out of skim's queue.
    fn drain(&mut self) {
        while let Ok(event) = self.skim.tui_mut().event_rx.try_recv() {
            self.waiting.push_back(event);
        }
    }

    fn apply(&mut self, event: &Event) -> Result<(), Failure> {
        let before = self.search();
        let selected = self.selected();
        let is_render = matches!(event, Event::Render);
        let was_whole = self.is_whole();
        let (app, tui) = self.skim.app_and_tui();
        if let Event::Resize(columns, lines) = event {
            self.screen.lines = (*lines).into();
            self.screen.layout.fit((*columns).into());
            app.options.preview_window = preview_window(self.screen.lines).into();
            // What matches stands elsewhere in the rows now.
            app.restart_matcher(true);
        }
        app.handle_event(tui, event)?;
        // As many rows may match another text: only for the same text their number says that they are the same.
        let is_whole = is_render && (was_whole || self.shown.as_ref() == Some(&before) && self.has_whole_list());
        if is_render {
            self.draw_status()?;
            self.is_seen |= self.skim.app().item_list.count() > 0 || self.has_list() && self.is_idle();
        }
        let is_same = self.search() == before;
        if !is_same {
            // The best match of the new text is selected, not the one that stands where another was selected.
            self.skim.app_mut().item_list.jump_to_first();
        } else if is_render
            && self.shown.as_ref() == Some(&before)
            && let Some(selected) = selected
        {
            self.select(&selected);
        }
        if is_whole && is_same {
            self.shown = Some(before);
        }
        Ok(())
    }

    /// Draws the screen once more if its status line is out of date: drawing is what counts the rows.
    fn draw_status(&mut self) -> Result<(), Failure> {
        let selected = self.selected();
        let app = self.skim.app_mut();
        // Without marks, Enter takes the selected row.
        let chosen = app.results();
        let marked =
            if chosen.len() == 1 && selected.is_some_and(|key| chosen[0].output() == key) { 0 } else { chosen.len() };
        let counts = Counts { matching: app.item_list.count(), all: app.item_pool.len(), marked };
        let was_bare = std::mem::replace(&mut self.is_bare, counts.matching == 0);
        if self.is_bare && !was_bare {
            // skim would leave those of the row before.
            app.preview.content(b"")?;
        }
        app.pending_preview_run |= was_bare && !self.is_bare;
        let width = app.layout.input_area.width.saturating_sub(INDENT).into();
        let columns = self.screen.layout.now(&self.status.header);
        let text = self.status.text(counts, width, self.screen.lines, &columns);
        let (app, tui) = self.skim.app_and_tui();
        if app.header.header != text {
            app.header.header = text;
            app.handle_event(tui, &Event::Render)?;
        }
        Ok(())
    }

    /// Selects the row with this key again, where rows that arrived later have moved it.
    fn select(&mut self, key: &str) {
        if self.selected().as_deref() == Some(key) {
            return;
        }
        let list = &mut self.skim.app_mut().item_list;
        list.jump_to_first();
        for _ in 0..list.count() {
            if list.selected().is_some_and(|item| item.output() == key) {
                return;
            }
            list.select_next();
        }
        list.jump_to_first();
    }

    fn selected(&self) -> Option<String> {
        self.skim.app().item_list.selected().map(|item| item.output().into_owned())
    }

    fn search(&self) -> String {
        self.skim.app().input.value.clone()
    }

    /// Whether the mouse points to a row.
    fn is_on_a_row(&self, event: &Event) -> bool {
        let Event::Mouse(mouse) = event else { return false };
        let App { layout, item_list, .. } = self.skim.app();
        let row = mouse.row.checked_sub(layout.list_area.y).filter(|row| *row < layout.list_area.height);
        row.is_some_and(|row| item_list.item_at_visual_row(row.into()).is_some())
    }

    /// Whether the rows on the screen are those that match the text.
    fn is_up_to_date(&self) -> bool {
        self.shown.as_ref() == Some(&self.search()) && self.is_idle()
    }

    /// Starts the filter where it has work to do, and draws what it has found.
    fn follow_filter(&mut self) -> Result<(), Failure> {
        let search = self.search();
        // Looked at once: what is on the screen is noted before the filter goes on with rows that arrived later.
        let (has_filtered, is_whole) = (self.has_filtered(), self.is_whole());
        if self.shown.as_ref() != Some(&search) && is_whole {
            self.apply(&Event::Render)?;
            self.shown = Some(search);
        }
        let app = self.skim.app_mut();
        if self.status.progress.is_news() {
            app.needs_render.store(true, Ordering::Relaxed);
        }
        if has_filtered || app.pending_matcher_restart {
            app.restart_matcher(app.pending_matcher_restart);
        }
        if app.needs_render.load(Ordering::Relaxed)
            && app.last_render_timer.elapsed() > Duration::from_secs(1) / TICK_RATE
        {
            app.needs_render.store(false, Ordering::Relaxed);
            app.last_render_timer = Instant::now();
            self.apply(&Event::Render)?;
            if is_whole {
                self.shown = Some(self.search());
            }
        }
        Ok(())
    }

    /// Whether the filter has nothing to do, and all that it found is drawn.
    fn is_idle(&self) -> bool {
        // In this order: the filter asks to be drawn before it stops.
        self.has_filtered_all() && !self.skim.app().needs_render.load(Ordering::Relaxed)
    }

    /// Whether the list has arrived. Rows that come later are not waited for.
    fn has_list(&self) -> bool {
        self.length.get().is_some_and(|length| self.skim.app().item_pool.len() >= *length)
    }

    fn has_filtered_all(&self) -> bool {
        self.has_filtered() && self.skim.app().item_pool.num_not_taken() == 0
    }

    /// Whether the next frame has all that the text fits so far. Rows that arrive later take no selected row's place.
    fn is_whole(&self) -> bool {
        let length = self.length.get();
        self.has_filtered() && length.is_some_and(|length| self.skim.app().item_pool.num_taken() >= *length)
    }

    /// Whether the list has all that the filter found for the text, which may have ended while it was drawn.
    fn has_whole_list(&self) -> bool {
        let app = self.skim.app();
        self.is_whole() && app.item_list.count() == app.matcher_control.get_num_matched()
    }

    /// Whether the filter has ended, with the rows that were there when it began.
    fn has_filtered(&self) -> bool {
        let app = self.skim.app();
        app.matcher_control.stopped() && !app.pending_matcher_restart
    }

    /// Waits until the list is there and filtered by all that was typed, and draws it. `false` if the user gives up
    /// meanwhile.
    async fn settle(&mut self) -> Result<bool, Failure> {
        let search = self.search();
        let give_up = Event::Key(parse_key("ctrl-c")?);
        if self.shown.as_ref() == Some(&search) && self.has_filtered_all() {
            return Ok(true);
        }
        // The text is seen at once, however long the rows take.
        self.apply(&Event::Render)?;
        while !self.has_list() {
            self.follow_filter()?;
            if self.is_waiting(&give_up) {
                return Ok(false);
            }
            tokio::time::sleep(LOOK).await;
        }
        // One run over all rows, so that its count tells whether its result has arrived in the list.
        self.skim.app_mut().restart_matcher(true);
        loop {
            if self.skim.app().matcher_control.stopped() {
                self.apply(&Event::Render)?;
                if self.has_whole_list() {
                    break;
                }
            }
            if self.is_waiting(&give_up) {
                return Ok(false);
            }
            tokio::time::sleep(LOOK).await;
        }
        self.shown = Some(search);
        Ok(true)
    }

    /// Whether this key was pressed and is not handled yet.
    fn is_waiting(&mut self, key: &Event) -> bool {
        self.drain();
        let Event::Key(key) = key else { return false };
        self.waiting.iter().any(|event| matches!(event, Event::Key(pressed) if pressed == key))
    }
}

/// Whether an action needs no rows: it changes the text or the place in it, or it gives up.
fn only_edits(action: &Action) -> bool {
    matches!(
        action,
        Action::Abort
            | Action::AddChar(_)
            | Action::BackwardChar
            | Action::BackwardDeleteChar
            | Action::BackwardDeleteCharEof
            | Action::BackwardKillWord
            | Action::BackwardWord
            | Action::BeginningOfLine
            | Action::ClearScreen
            | Action::DeleteChar
            | Action::DeleteCharEof
            | Action::EndOfLine
            | Action::ForwardChar
            | Action::ForwardWord
            | Action::KillLine
            | Action::KillWord
            | Action::UnixLineDiscard
            | Action::UnixWordRubout
            | Action::Yank
    )
}
