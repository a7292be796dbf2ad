//! Sets of rules as trees of three levels with 64 ways each, which are intersected from the top down.

/// Rules that a set can tell apart.
pub(super) const MOST: usize = 64 * 64 * 64;

/// Words of a set that are copied into the sets below it, rather than looked up there.
const COPIED: usize = 16;

/// A set's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct SetId(u32);

/// A set, or its uppermost level.
#[derive(Debug)]
enum Set {
    /// All in one word: which, and what.
    Word { place: u32, word: u64 },
    /// Nodes in the middle.
    Nodes {
        /// Which of them hold anything.
        mask: u64,
        /// The first of those.
        first: u32,
        /// A set whose rules are in this one too.
        above: Option<SetId>,
    },
}

/// The middle: which of its words hold anything.
#[derive(Debug)]
struct Node {
    mask: u64,
    /// The first of its words.
    first: u32,
}

/// All sets of one index.
#[derive(Debug, Default)]
pub(super) struct Sets {
    sets: Vec<Set>,
    nodes: Vec<Node>,
    words: Vec<u64>,
}

/// The place of a bit that is set among those that are, from `first`; `None` when it is not.
#[inline]
const fn rank(mask: u64, bit: u32, first: u32) -> Option<usize> {
    if mask >> bit & 1 == 0 {
        return None;
    }
    Some((first + (mask & ((1 << bit) - 1)).count_ones()) as usize)
}

impl Sets {
    /// Makes a set of these rules, in ascending order and below [`MOST`], and of those in `above`.
    pub(super) fn add(&mut self, rules: &[u32], above: Option<SetId>) -> SetId {
        match above {
            Some(above) if rules.is_empty() => above,
            Some(small) if self.is_small(small) => {
                let mut all = self.rules(small);
                all.extend(rules);
                all.sort_unstable();
                self.push(&all, None)
            }
            above => self.push(rules, above),
        }
    }

    /// It is cheaper copied than looked up beside another.
    fn is_small(&self, id: SetId) -> bool {
        match self.get(id) {
            Some(Set::Nodes { above: Some(_), .. }) => false,
            Some(Set::Nodes { mask, .. }) => {
                let nodes = bits(*mask).filter_map(|top| self.own_node(id, top));
                nodes.map(|n| n.mask.count_ones() as usize).sum::<usize>() <= COPIED
            }
            Some(Set::Word { .. }) | None => true,
        }
    }

    fn push(&mut self, rules: &[u32], above: Option<SetId>) -> SetId {
        let places = || rules.iter().map(|rule| rule >> 6);
        let set = match places().next() {
            Some(place) if above.is_none() && places().all(|p| p == place) => {
                Set::Word { place, word: rules.iter().fold(0, |word, rule| word | 1 << (rule & 63)) }
            }
            _ => {
                let first = self.nodes.len() as u32;
                Set::Nodes { mask: self.grow(rules), first, above }
            }
        };
        self.sets.push(set);
        SetId(self.sets.len() as u32 - 1)
    }

    /// Puts nodes and words of these rules at the end; which nodes they are.
    fn grow(&mut self, rules: &[u32]) -> u64 {
        let mut mask = 0;
        for &rule in rules {
            let (top, middle, bit) = (rule >> 12 & 63, rule >> 6 & 63, rule & 63);
            if mask >> top & 1 == 0 {
                mask |= 1 << top;
                self.nodes.push(Node { mask: 0, first: self.words.len() as u32 });
            }
            if let Some(node) = self.nodes.last_mut()
                && node.mask >> middle & 1 == 0
            {
                node.mask |= 1 << middle;
                self.words.push(0);
            }
            if let Some(word) = self.words.last_mut() {
                *word |= 1 << bit;
            }
        }
        mask
    }

    #[inline]
    fn get(&self, id: SetId) -> Option<&Set> {
        self.sets.get(id.0 as usize)
    }

    /// The rules that a set has itself.
    fn rules(&self, id: SetId) -> Vec<u32> {
        let mut all = Vec::new();
        for top in bits(self.own_top(id)) {
            for middle in bits(self.own_middle(id, top)) {
                all.extend(bits(self.own_word(id, top, middle)).map(|bit| top << 12 | middle << 6 | bit));
            }
        }
        all
    }

    #[inline]
    fn own_node(&self, id: SetId, top: u32) -> Option<&Node> {
        match self.get(id)? {
            Set::Nodes { mask, first, .. } => self.nodes.get(rank(*mask, top, *first)?),
            Set::Word { .. } => None,
        }
    }

    #[inline]
    fn own_top(&self, id: SetId) -> u64 {
        match self.get(id) {
            Some(Set::Word { place, .. }) => 1 << (place >> 6),
            Some(Set::Nodes { mask, .. }) => *mask,
            None => 0,
        }
    }

    #[inline]
    fn own_middle(&self, id: SetId, top: u32) -> u64 {
        match self.get(id) {
            Some(Set::Word { place, .. }) => u64::from(place >> 6 == top) << (place & 63),
            _ => self.own_node(id, top).map_or(0, |n| n.mask),
        }
    }

    #[inline]
    fn own_word(&self, id: SetId, top: u32, middle: u32) -> u64 {
        if let Some(Set::Word { place, word }) = self.get(id) {
            return if *place == top << 6 | middle { *word } else { 0 };
        }
        let place = self.own_node(id, top).and_then(|node| rank(node.mask, middle, node.first));
        place.and_then(|place| self.words.get(place)).copied().unwrap_or_default()
    }

    /// What `own` says of a set and of those above it, together.
    #[inline]
    fn all(&self, id: SetId, own: impl Fn(SetId) -> u64) -> u64 {
        let mut mask = own(id);
        let mut at = id;
        while let Some(Set::Nodes { above: Some(above), .. }) = self.get(at) {
            mask |= own(*above);
            at = *above;
        }
        mask
    }

    /// Which of a set's 64 parts of 4,096 rules hold anything.
    #[inline]
    pub(super) fn top(&self, id: SetId) -> u64 {
        self.all(id, |id| self.own_top(id))
    }

    /// Which of the 64 words of such a part do.
    #[inline]
    pub(super) fn middle(&self, id: SetId, top: u32) -> u64 {
        self.all(id, |id| self.own_middle(id, top))
    }

    /// A word: 64 rules.
    #[inline]
    pub(super) fn word(&self, id: SetId, top: u32, middle: u32) -> u64 {
        self.all(id, |id| self.own_word(id, top, middle))
    }
}

/// The numbers of the bits that are set, ascending.
pub(super) fn bits(mut mask: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (mask != 0).then(|| mask.trailing_zeros())?;
        mask &= mask - 1;
        Some(bit)
    })
}
