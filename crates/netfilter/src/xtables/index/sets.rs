//! Sets of rules: short ones as lists, which share what they have in common, others as trees of three levels with 64 ways
//! each, which are intersected from the top down.

/// Rules that a set can tell apart.
pub(super) const MOST: usize = 64 * 64 * 64;

/// Words of a set that are copied into the sets below it, rather than looked up there.
const COPIED: usize = 16;

/// So many rules of a set make a list; more make a tree.
const LISTED: usize = 128;

/// So many are copied into a list of more rather than looked up beside it.
const MERGED: usize = 16;

/// Lists that a set has at most.
pub(super) const LISTS: usize = 4;

/// A set's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SetId {
    /// A list.
    List(ListId),
    /// A tree.
    Tree(TreeId),
}

/// Where a list begins: with its length and the place of a list whose rules are in the set too, or [`NONE`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::xtables) struct ListId(u32);

/// No list.
const NONE: u32 = u32::MAX;

/// A tree's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::xtables) struct TreeId(u32);

/// A set's uppermost level.
#[derive(Debug)]
struct Tree {
    /// Which nodes in the middle hold anything.
    mask: u64,
    /// The first of those.
    first: u32,
    /// A tree whose rules are in this set too.
    above: Option<TreeId>,
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
    /// For each list its beginning, and its rules, ascending.
    lists: Vec<u32>,
    trees: Vec<Tree>,
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
            Some(SetId::Tree(above)) if !self.is_small(above) => self.tree(rules, Some(above)),
            Some(SetId::Tree(above)) => self.merged(self.rules(above), rules),
            Some(SetId::List(above)) => {
                let lists: Vec<&[u32]> = self.lists(above).map(|list| list.1).collect();
                let all = lists.iter().map(|list| list.len()).sum::<usize>() + rules.len();
                if all > MERGED && rules.len() <= LISTED && lists.len() < LISTS {
                    self.list(rules, above.0)
                } else {
                    self.merged(lists.concat(), rules)
                }
            }
            None => self.merged(Vec::new(), rules),
        }
    }

    /// A set of its own of both.
    fn merged(&mut self, mut all: Vec<u32>, rules: &[u32]) -> SetId {
        all.extend(rules);
        all.sort_unstable();
        all.dedup();
        if all.len() > LISTED { self.tree(&all, None) } else { self.list(&all, NONE) }
    }

    fn list(&mut self, rules: &[u32], above: u32) -> SetId {
        let at = self.lists.len() as u32;
        self.lists.extend([rules.len() as u32, above]);
        self.lists.extend(rules);
        SetId::List(ListId(at))
    }

    /// The lists of a set, each with its rules.
    #[inline]
    pub(super) fn lists(&self, id: ListId) -> impl Iterator<Item = (ListId, &[u32])> {
        let mut at = id.0;
        std::iter::from_fn(move || {
            let ([len, above], rest) = self.lists.get(at as usize..)?.split_first_chunk()?;
            let list = (ListId(at), rest.get(..*len as usize)?);
            at = *above;
            Some(list)
        })
    }

    /// The rules of one list.
    #[inline]
    pub(super) fn of(&self, id: ListId) -> &[u32] {
        self.lists(id).next().map_or(&[], |list| list.1)
    }

    /// It is cheaper copied than looked up beside another.
    fn is_small(&self, id: TreeId) -> bool {
        self.get(id).is_some_and(|tree| {
            let nodes = bits(tree.mask).filter_map(|top| self.own_node(id, top));
            tree.above.is_none() && nodes.map(|n| n.mask.count_ones() as usize).sum::<usize>() <= COPIED
        })
    }

    fn tree(&mut self, rules: &[u32], above: Option<TreeId>) -> SetId {
        let first = self.nodes.len() as u32;
        let mask = self.grow(rules);
        self.trees.push(Tree { mask, first, above });
        SetId::Tree(TreeId(self.trees.len() as u32 - 1))
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
    fn get(&self, id: TreeId) -> Option<&Tree> {
        self.trees.get(id.0 as usize)
    }

    /// The rules that a tree has itself.
    fn rules(&self, id: TreeId) -> Vec<u32> {
        let mut all = Vec::new();
        for top in bits(self.own_top(id)) {
            for middle in bits(self.own_middle(id, top)) {
                all.extend(bits(self.own_word(id, top, middle)).map(|bit| top << 12 | middle << 6 | bit));
            }
        }
        all
    }

    #[inline]
    fn own_node(&self, id: TreeId, top: u32) -> Option<&Node> {
        let tree = self.get(id)?;
        self.nodes.get(rank(tree.mask, top, tree.first)?)
    }

    #[inline]
    fn own_top(&self, id: TreeId) -> u64 {
        self.get(id).map_or(0, |tree| tree.mask)
    }

    #[inline]
    fn own_middle(&self, id: TreeId, top: u32) -> u64 {
        self.own_node(id, top).map_or(0, |n| n.mask)
    }

    #[inline]
    fn own_word(&self, id: TreeId, top: u32, middle: u32) -> u64 {
        let place = self.own_node(id, top).and_then(|node| rank(node.mask, middle, node.first));
        place.and_then(|place| self.words.get(place)).copied().unwrap_or_default()
    }

    /// What `own` says of a tree and of those above it, together.
    #[inline]
    fn all(&self, id: TreeId, own: impl Fn(TreeId) -> u64) -> u64 {
        let mut mask = own(id);
        let mut at = id;
        while let Some(above) = self.get(at).and_then(|tree| tree.above) {
            mask |= own(above);
            at = above;
        }
        mask
    }

    /// Which of a set's 64 parts of 4,096 rules hold anything.
    #[inline]
    pub(super) fn top(&self, id: TreeId) -> u64 {
        self.all(id, |id| self.own_top(id))
    }

    /// Which of the 64 words of such a part do.
    #[inline]
    pub(super) fn middle(&self, id: TreeId, top: u32) -> u64 {
        self.all(id, |id| self.own_middle(id, top))
    }

    /// A word: 64 rules.
    #[inline]
    pub(super) fn word(&self, id: TreeId, top: u32, middle: u32) -> u64 {
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
