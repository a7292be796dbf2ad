//! Sets of rules: short ones as lists, which share what they have in common, others as trees of three levels with 64 ways
//! each, which are intersected from the top down.

use packetwalk_wire::Order;

/// Rules that a set can tell apart.
pub(super) const MOST: usize = 64 * 64 * 64;

/// Words of a set that are copied into the sets below it, rather than looked up there.
const COPIED: usize = 16;

/// So many rules of a set make a list; more make a tree.
const LISTED: usize = 128;

/// So many are copied into a list of more rather than looked up beside it.
const MERGED: usize = 6;

/// Lists that a set has at most.
pub(super) const LISTS: usize = 4;

/// A set's name, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct SetId(u32);

impl SetId {
    /// No set.
    pub(super) const NONE: Self = Self(u32::MAX);
    /// Of trees alone.
    const TREE: u32 = 1 << 31;

    /// What it is the name of.
    #[inline]
    pub(super) const fn which(self) -> Which {
        if self.0 & Self::TREE == 0 {
            Which::List(ListId(self.0))
        } else {
            Which::Tree(TreeId(self.0 & !Self::TREE))
        }
    }
}

/// A list or a tree.
#[derive(Clone, Copy)]
pub(super) enum Which {
    List(ListId),
    Tree(TreeId),
}

/// The place of a list's first rule among those of all lists, or [`ListId::EMPTY`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::xtables) struct ListId(u32);

impl ListId {
    /// Of no rules, nor any above.
    pub(super) const EMPTY: Self = Self(u32::MAX >> 1);

    /// Where its rules begin.
    #[inline]
    pub(super) const fn first(self) -> usize {
        self.0 as usize
    }

    /// So many rules further on in the same list.
    #[inline]
    pub(super) const fn after(self, rules: usize) -> Self {
        Self(self.0 + rules as u32)
    }
}

/// A rule in a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed {
    /// Its place in the chain, and in the lowest bit whether it is the last.
    rule: u32,
    /// A list whose rules are in the set too.
    pub above: ListId,
}

impl Listed {
    const fn new(rule: u32, is_last: bool, above: ListId) -> Self {
        Self { rule: rule << 1 | is_last as u32, above }
    }

    /// Its place in the chain.
    #[inline]
    pub(super) const fn place(self) -> usize {
        (self.rule >> 1) as usize
    }

    /// The list ends with it.
    #[inline]
    pub(super) const fn is_last(self) -> bool {
        self.rule & 1 != 0
    }
}

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
    /// The rules of each list, ascending.
    lists: Vec<Listed>,
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
        let Some(above) = above else { return self.merged(Vec::new(), rules) };
        if rules.is_empty() {
            return above;
        }
        match above.which() {
            Which::Tree(above) if !self.is_small(above) => self.tree(rules, Some(above)),
            Which::Tree(above) => self.merged(self.rules(above), rules),
            Which::List(above) => {
                let (count, all) = self.all_lists(above);
                if all.len() + rules.len() > MERGED && rules.len() <= LISTED && count < LISTS {
                    self.list(rules, above)
                } else {
                    self.merged(all, rules)
                }
            }
        }
    }

    /// A set of its own of both.
    fn merged(&mut self, mut all: Vec<u32>, rules: &[u32]) -> SetId {
        all.extend(rules);
        all.order();
        all.dedup();
        if all.len() > LISTED { self.tree(&all, None) } else { self.list(&all, ListId::EMPTY) }
    }

    fn list(&mut self, rules: &[u32], above: ListId) -> SetId {
        let Some((last, before)) = rules.split_last() else { return SetId(above.0) };
        let id = SetId(self.lists.len() as u32);
        self.lists.extend(before.iter().map(|rule| Listed::new(*rule, false, above)));
        self.lists.push(Listed::new(*last, true, above));
        id
    }

    /// How many lists a set has, and the rules of all.
    fn all_lists(&self, mut id: ListId) -> (usize, Vec<u32>) {
        let (mut count, mut all) = (0, Vec::new());
        while let Some(list) = self.lists.get(id.first()..).filter(|list| !list.is_empty()) {
            let before = list.iter().take_while(|listed| !listed.is_last()).count();
            all.extend(list.iter().take(before + 1).map(|listed| listed.place() as u32));
            (count, id) = (count + 1, list.first().map_or(ListId::EMPTY, |listed| listed.above));
        }
        (count, all)
    }

    /// All rules of a set.
    #[cfg(test)]
    pub(super) fn all_rules(&self, id: SetId) -> Vec<u32> {
        match id.which() {
            Which::List(id) => self.all_lists(id).1,
            Which::Tree(id) => {
                let above = std::iter::successors(Some(id), |id| self.get(*id)?.above);
                above.flat_map(|id| self.rules(id)).collect()
            }
        }
    }

    /// The rules of all lists, which are no longer needed here.
    pub(super) fn take_lists(&mut self) -> Vec<Listed> {
        std::mem::take(&mut self.lists)
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
        SetId((self.trees.len() as u32 - 1) | SetId::TREE)
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
