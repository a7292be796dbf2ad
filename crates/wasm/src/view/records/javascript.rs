//! The reader in JavaScript, made of the layout.

use super::layout::{Id, Kind, SHAPES, Shape};

/// What comes before what is made.
const HEAD: &str =
    "// Made by `cargo xtask build` of crates/wasm/src/view/records/layout.rs: not to be edited.

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const WIDE = 0x8000_0000;
const halves = new Uint32Array(2);
const float = new Float64Array(halves.buffer);
";

/// The module `js/records.js`.
pub fn javascript() -> String {
    let mut names = String::new();
    let mut cases = String::new();
    for (id, shape) in SHAPES {
        let fields: Vec<String> =
            shape.fields.iter().enumerate().map(|field| value(shape, field, &mut names)).collect();
        let tag = shape.is_variant.then(|| format!("kind: '{}'", lower(shape.name)));
        let fields: Vec<String> = tag.into_iter().chain(fields).collect();
        cases.push_str(&format!(
            "      case {}: // {}\n        made[count++] = {{\n          {},\n        }};\n        at += {};\n        break;\n",
            *id as u32,
            shape.name,
            fields.join(",\n          "),
            shape.fields.len() + 1
        ));
    }
    format!(
        "{HEAD}{names}
/**
 * The whole: a walk, or a step. It is read at once, out of the module's memory: that may grow or be another's
 * afterwards, and to copy what is to be read later takes a browser as long as to read it.
 * @param {{Uint32Array}} words
 * @param {{Uint32Array}} ends of the texts, in `plain` or, with the highest bit, in `wide`
 * @param {{Uint8Array}} plain
 * @param {{Uint8Array}} wide
 */
export function read(words, ends, plain, wide) {{
  const narrow = decoder.decode(plain);
  const other = decoder.decode(wide);
  /** @type {{(string | undefined)[]}} */
  const texts = new Array(ends.length + 1);
  let from = 0;
  let fromWide = 0;
  for (let place = 0; place < ends.length; place++) {{
    const to = ends[place];
    if (to < WIDE) {{
      texts[place + 1] = narrow.slice(from, to);
      from = to;
    }} else {{
      const end = to - WIDE;
      texts[place + 1] = other.slice(fromWide, end);
      fromWide = end;
    }}
  }}
  /** @type {{any[]}} */
  const made = new Array(words.length >> 3);
  let at = 0;
  let count = 1;
  while (at < words.length) {{
    switch (words[at]) {{
      case {list}: {{
        // List
        const list = new Array(words[at + 1]);
        at += 2;
        for (let place = 0; place < list.length; place++) list[place] = made[words[at++]];
        made[count++] = list;
        break;
      }}
      case {float}: // Float
        halves[0] = words[at + 1];
        halves[1] = words[at + 2];
        made[count++] = float[0];
        at += 3;
        break;
{cases}      default:
        throw new Error(`no record has the number ${{words[at]}}`);
    }}
  }}
  return made[count - 1];
}}
",
        list = Id::List as u32,
        float = Id::Float as u32,
    )
}

/// A field with its value. Names of a kind that is not known yet are added to `names`.
fn value(shape: &Shape, (at, (name, kind)): (usize, &(&str, Kind)), names: &mut String) -> String {
    let word = format!("words[at + {}]", at + 1);
    let name = camel(name);
    let value = match kind {
        Kind::Number => word,
        Kind::Flag => format!("{word} === 1"),
        Kind::Text => format!("texts[{word}]"),
        Kind::Record => format!("made[{word}]"),
        Kind::Name(list) => {
            let constant = format!("{}_{}", shape.name, name).to_uppercase();
            let list: Vec<String> = list.iter().map(|name| format!("'{}'", lower(name))).collect();
            names.push_str(&format!("const {constant} = [{}];\n", list.join(", ")));
            format!("{constant}[{word}]")
        }
    };
    format!("{name}: {value}")
}

/// `some_name` as JavaScript writes it.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let initial = letters.next().map(|c| c.to_ascii_uppercase());
        name.chars().chain(initial).chain(letters).collect()
    })
}

/// `SomeName` as JavaScript writes it.
fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reader_is_as_the_layout_says() {
        let reader = include_str!("../../../js/records.js");
        assert!(
            reader == super::javascript(),
            "js/records.js is an old one: `cargo xtask build` makes it anew"
        );
        let places: Vec<usize> = super::SHAPES.iter().map(|(id, _)| *id as usize).collect();
        assert_eq!(places, (super::Id::Float as usize + 1..).take(places.len()).collect::<Vec<_>>());
    }
}
