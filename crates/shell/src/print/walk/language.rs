//! The languages of a walk's words.
//!
//! What can be said is [`Say`]; each language has a file with a template for each. Names, addresses and what
//! tools print are the same in all.

mod en;
mod zh;

use core::fmt::{Display, Write as _};

use packetwalk_trace::DropReason;

/// A language that walks are told in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese, in simplified characters.
    Zh,
}

/// Names every sentence, so that the tests know them all.
macro_rules! say {
    ($($name:ident,)*) => {
        /// What a walk says: sentences, and parts of them. The languages' files have the words.
        #[allow(missing_docs, reason = "each is its own template")]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Say {
            $($name,)*
        }

        impl Say {
            /// All of them.
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

say! {
    // What a step says: sending and arriving.
    Sends, OneLess, TakesOne, Asks, AnswersArp, KernelAnswers, MakesAnswer, Ends, GetsError, Received, ArrivesBack, IsTold, Takes,
    // Interfaces, bridges and neighbours.
    Peer, FromBridge, BridgeHands, BackByLo, ComesBack, Receives, AsPort, FromPeer, IntoBridge, LeavesToBridge, OverLo, LeavesByLo, Leaves, ToPeer, LearnsAt, Learns, BridgeOwn, BridgeKnows, AllOther, Floods, HostAndAll, ForAll, ItsMac, Discovery, NeighbourKnown, Answered, NeighbourFound, WhoHas, Waits, NobodyAnswers,
    // Hooks, rules, connection tracking and NAT.
    Prerouting, Input, Forward, Output, Postrouting, TableAsked, RuleNumber, RuleOf, Condition, NoMatchBut, NoMatch, Miss, Accepts, Drops, Rejects, Jumps, Goes, Returns, AndOn, Continues, NotSimulated, Stops, ChainEnd, ChainEnds, PolicyAccepts, PolicyDrops, IsNew, NewOf, StillNew, EstablishedOf, Original, ReplyOf, InReply, RelatedTo, Related, Full, FullBoth, Mapped, Invalid, Untracked, ConfirmedRow, Confirmed, ClashRow, Clash, DestroyedRow, Destroyed, Source, Destination, NewHalf, GetsNew, Stays, StaysAsIs, NatNothing, NatBack, NatSays, Rewrites,
    // Routes.
    StaysOverLo, GoesUp, Broadcast, Multicast, Blackhole, Unreachable, Prohibited, ByDefault, ByPrefix, ToGateway, Straight, FromAddress, NoRouteTo, NoRoute,
    // Routes that were looked at.
    NoneHolds, NotDecides, LongestAndLowest, NothingLonger, Longest, SamePrefix, Shorter, CannotServe, NotIn, MoreRoutes, InNone, OtherRule,
    // What a packet has in place of what a rule asks for.
    ComesFrom, GoesTo, CameInBy, MadeHere, LeavesBy, ForHost, ItIs, LaterFragment, NoLaterFragment, ItHas, NoFlag, FromPort, BothPorts, IcmpIs, ByNoPort, ByPort, Bridged, NotBridged, Bytes, InSet, NotInSet, RateUsed, NoneOfThose, Rewritten, NotRewritten, ConnectionHas, AddressIs,
    // Packets in a few words.
    ArpRequest, ArpReply, TcpSegment, TcpReset, TcpData, UdpDatagram, FragmentOf, PacketOf, EchoRequest, EchoReply, Solicitation, Advertisement, Redirect, IcmpError, NetworkUnreachable, HostUnreachable, ProtocolUnreachable, PortUnreachable, FragmentationNeeded, NetworkProhibited, HostProhibited, CommunicationProhibited, NoRouteThere, AdministrativelyProhibited, AddressUnreachable, TooBig, TimeExceeded, ReassemblyExceeded, TypeCode, Data, Datagram, EchoRequestShort, EchoReplyShort, Protocol,
    // Why a packet ended, as the end of a sentence that begins with it.
    OfLoopback,
    // How a walk ended.
    NothingLeft, SentNothing, NoRouteOut, NoPacket, Nothing, AnsweredAfter, Reached, Got, From, Because, AnswerLost, NeverLeft, Lost, DidNotLeave, StillAsking, ArrivedIn, NothingHeard, TheDestination, InPlace, NobodyOn, RuleDid, DidReject, DidDrop, DidStop, PolicyDid, RouteRefuses, OneMorePacket, MorePackets,
    // Headings of a walk, and titles of its steps.
    Request, Reply, Error, WhoIsWhere, TitleSend, TitleDeliver, TitleDrop, TitleAnswer, TitleRoute, TitleRewrite, TitleNeighbour, TitleDiscovery, TitleIn, TitleOut, TitleBridge, TitleNotSent,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The language of a BCP 47 tag, as `en` or `zh-CN`; `None` if walks are not told in it.
    pub fn of(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next() {
            Some(name) if name.eq_ignore_ascii_case("en") => Some(Self::En),
            Some(name) if name.eq_ignore_ascii_case("zh") => Some(Self::Zh),
            _ => None,
        }
    }

    /// The words of what has no values.
    pub fn text(self, say: Say) -> &'static str {
        match self {
            Self::En => english(say),
            Self::Zh => chinese(say),
        }
    }

    /// Says it with its values.
    pub fn say(self, say: Say, values: &[&dyn Display]) -> String {
        fill(self.text(say), values)
    }

    /// Why a packet ended, as the end of a sentence that begins with it.
    pub fn reason(self, reason: DropReason) -> &'static str {
        match self {
            Self::En => en::reason(reason),
            Self::Zh => chinese_reason(reason),
        }
    }

    /// A step's title as it is shown.
    pub fn title(self, title: &str) -> String {
        if self == Self::En { title.to_owned() } else { self.title_of(title) }
    }

    #[inline(never)]
    fn title_of(self, title: &str) -> String {
        let named = |name: &str, say: Say| title.strip_prefix(name).map(|rest| self.say(say, &[&rest]));
        let ways = [("in ", Say::TitleIn), ("out ", Say::TitleOut), ("bridge ", Say::TitleBridge)];
        if let Some(text) = ways.into_iter().find_map(|(name, say)| named(name, say)) {
            return text;
        }
        let say = match title {
            "send" => Say::TitleSend,
            "deliver" => Say::TitleDeliver,
            "drop" => Say::TitleDrop,
            "answer" => Say::TitleAnswer,
            "error" => Say::Error,
            "route" => Say::TitleRoute,
            "rewrite" => Say::TitleRewrite,
            "neighbour" => Say::TitleNeighbour,
            "discovery" => Say::TitleDiscovery,
            "not sent" => Say::TitleNotSent,
            _ => return title.to_owned(),
        };
        self.text(say).to_owned()
    }
}

// Apart, so that a page in one language need not load the other to come up.
#[inline(never)]
fn english(say: Say) -> &'static str {
    en::template(say)
}

#[inline(never)]
fn chinese(say: Say) -> &'static str {
    zh::template(say)
}

#[inline(never)]
fn chinese_reason(reason: DropReason) -> &'static str {
    zh::reason(reason)
}

/// A template with its values in their places.
#[inline(never)]
fn fill(template: &str, values: &[&dyn Display]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (place, after) = after.split_once('}').unwrap_or((after, ""));
        if let Some(value) = place.parse::<usize>().ok().and_then(|n| values.get(n)) {
            let _ = write!(out, "{value}");
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(template: &str) -> Vec<&str> {
        let mut places: Vec<&str> =
            template.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn every_language_says_everything_with_the_same_values() {
        for say in Say::ALL {
            let english = Language::En.text(*say);
            for language in Language::ALL {
                let text = language.text(*say);
                assert!(!text.is_empty(), "{say:?} in {language:?}");
                assert_eq!(places(text), places(english), "{say:?} in {language:?}");
            }
        }
    }

    /// What is the same in both languages is a name, not words.
    #[test]
    fn chinese_is_chinese() {
        let has_han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for say in Say::ALL {
            let (english, chinese) = (Language::En.text(*say), Language::Zh.text(*say));
            let words = english.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| w.len() > 1).count();
            if words > 0 {
                assert!(has_han(chinese), "{say:?}: {chinese}");
            }
        }
    }

    #[test]
    fn values_have_their_places() {
        #[rustfmt::skip]
        let cases = [
            ("{0} sends {1}.", "c1 sends {0}."),
            ("{1} by {0}",     "{0} by c1"),
            ("none",           "none"),
            ("{2}!",           "!"),
        ];
        for (template, want) in cases {
            assert_eq!(fill(template, &[&"c1", &"{0}"]), want, "{template}");
        }
    }

    #[test]
    fn a_tag_names_a_language() {
        #[rustfmt::skip]
        let cases = [
            ("en", Some(Language::En)), ("zh", Some(Language::Zh)), ("zh-Hans-CN", Some(Language::Zh)),
            ("ZH_cn", Some(Language::Zh)), ("de", None), ("", None), ("english", None),
        ];
        for (tag, want) in cases {
            assert_eq!(Language::of(tag), want, "{tag}");
        }
    }
}
