//! Draws panels of bars, two beside each other.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const WIDTH: i32 = 1_080;
const TITLE: i32 = 56;
const HEADING: i32 = 40;
const ROW: i32 = 24;
const NAMES: i32 = 132;
const FIGURES: i32 = 140;
/// The part of `FIGURES` that is for the ratio.
const RATIO: i32 = 56;
const MARGIN: i32 = 12;

/// A bar is cut where it passes so many times the baseline: or one slow peer would leave nothing
/// to see of the others.
pub const LONGEST: f64 = 3.0;

const INK: RGBColor = RGBColor(0x22, 0x2b, 0x36);
const FAINT: RGBColor = RGBColor(0x8a, 0x94, 0xa0);
const PEER: RGBColor = RGBColor(0xb8, 0xc2, 0xcc);
const OURS: RGBColor = RGBColor(0x1f, 0x6f, 0xb2);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub struct Bar {
    pub name: String,
    pub ours: bool,
    pub value: f64,
    pub figure: String,
    pub ratio: String,
}

pub struct Panel {
    pub heading: String,
    pub bars: Vec<Bar>,
    /// What ratios are relative to.
    pub base: Option<f64>,
}

impl Panel {
    /// What the full width stands for.
    fn full(&self) -> f64 {
        let largest = self.bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
        self.base.map_or(largest, |base| largest.min(base * LONGEST))
    }
}

/// Draws panels into an SVG file.
pub fn draw_panels(name: &str, note: &str, panels: &[Panel], path: &Path) -> Result<()> {
    let rows = |pair: &[Panel]| pair.iter().map(|panel| panel.bars.len()).max().unwrap_or(0);
    let height = |pair: &[Panel]| HEADING + ROW * rows(pair) as i32 + MARGIN;
    let whole = TITLE + panels.chunks(2).map(height).sum::<i32>();

    let root = SVGBackend::new(path, (WIDTH as u32, whole as u32)).into_drawing_area();
    let drawn = root.fill(&WHITE).and_then(|()| {
        title(&root, name, note)?;
        let (half, mut top) = (WIDTH / 2, TITLE);
        for pair in panels.chunks(2) {
            for (panel, left) in pair.iter().zip([0, half]) {
                bars(&root, panel, (left, top), half)?;
            }
            top += height(pair);
        }
        root.present()
    });
    drawn.map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))
}

type Drawn = Result<(), DrawingAreaErrorKind<<SVGBackend<'static> as DrawingBackend>::ErrorType>>;

fn text(area: &Area<'_>, text: &str, at: (i32, i32), look: (i32, RGBColor), hpos: HPos) -> Drawn {
    let style = TextStyle::from(("sans-serif", look.0).into_font())
        .color(&look.1)
        .pos(Pos::new(hpos, VPos::Center));
    area.draw(&Text::new(text.to_owned(), at, style))
}

fn title(area: &Area<'_>, name: &str, note: &str) -> Drawn {
    text(area, name, (MARGIN, 20), (20, INK), HPos::Left)?;
    text(area, note, (MARGIN, 42), (13, FAINT), HPos::Left)
}

fn bars(area: &Area<'_>, panel: &Panel, (x, y): (i32, i32), width: i32) -> Drawn {
    text(area, &panel.heading, (x + MARGIN, y + HEADING / 2 + 4), (15, INK), HPos::Left)?;
    let left = x + MARGIN + NAMES;
    let longest = f64::from(width - NAMES - FIGURES - 2 * MARGIN);
    let full = panel.full();
    if let Some(base) = panel.base.filter(|base| *base <= full) {
        let at = left + (base / full * longest).round() as i32;
        let bottom = y + HEADING + ROW * panel.bars.len() as i32;
        let line = PathElement::new(vec![(at, y + HEADING), (at, bottom)], FAINT.stroke_width(1));
        area.draw(&line)?;
    }
    for (row, bar) in panel.bars.iter().enumerate() {
        let top = y + HEADING + ROW * row as i32;
        let middle = top + ROW / 2;
        let colour = if bar.ours { OURS } else { PEER };
        let length = (bar.value / full).min(1.0) * longest;
        let right = left + (length.round() as i32).max(1);
        text(area, &bar.name, (left - 8, middle), (13, INK), HPos::Right)?;
        area.draw(&Rectangle::new([(left, top + 4), (right, top + ROW - 4)], colour.filled()))?;
        if bar.value > full {
            // Two strokes where it is cut.
            for stroke in [right - 14, right - 8] {
                let ends = vec![(stroke, top + ROW - 3), (stroke + 5, top + 3)];
                area.draw(&PathElement::new(ends, WHITE.stroke_width(2)))?;
            }
        }
        let end = x + width - MARGIN;
        text(area, &bar.figure, (end - RATIO, middle), (12, INK), HPos::Right)?;
        text(area, &bar.ratio, (end, middle), (12, INK), HPos::Right)?;
    }
    Ok(())
}
