//! `-j SET`.

use packetwalk_netfilter::targets::set::Set;
use packetwalk_wire::Family;

use super::super::option::{Call, Opt, Ty};
use super::super::{fail::Fail, number};
use super::set::{named, print};
use super::{Ext, Listing, put};

const ADD: u8 = 0;
const DEL: u8 = 1;
const EXIST: u8 = 2;
const TIMEOUT: u8 = 3;
const MAP: u8 = 4;
const MAP_MARK: u8 = 5;
const MAP_PRIO: u8 = 6;
const MAP_QUEUE: u8 = 7;

const OPTS: &[Opt] = &[
    Opt::new("add-set", ADD, Ty::Old(true)),
    Opt::new("del-set", DEL, Ty::Old(true)),
    Opt::new("exist", EXIST, Ty::Old(false)),
    Opt::new("timeout", TIMEOUT, Ty::Old(true)),
    Opt::new("map-set", MAP, Ty::Old(true)),
    Opt::new("map-mark", MAP_MARK, Ty::Old(false)),
    Opt::new("map-prio", MAP_PRIO, Ty::Old(false)),
    Opt::new("map-queue", MAP_QUEUE, Ty::Old(false)),
];

fn print_all(set: &Set, out: &mut String, dashes: &str) {
    print(out, &format!("{dashes}add-set"), set.add.as_ref());
    if set.exist {
        put!(out, " {dashes}exist");
    }
    if let Some(timeout) = set.timeout {
        put!(out, " {dashes}timeout {timeout}");
    }
    print(out, &format!("{dashes}del-set"), set.del.as_ref());
    print(out, &format!("{dashes}map-set"), set.map.as_ref());
    for (on, what) in [(set.mark, "mark"), (set.prio, "prio"), (set.queue, "queue")] {
        if on {
            put!(out, " {dashes}map-{what}");
        }
    }
}

impl Ext for Set {
    fn new(_: Family) -> Self {
        Self::default()
    }

    fn opts(&self) -> &'static [Opt] {
        OPTS
    }

    fn parse(&mut self, call: &mut Call<'_>) -> Result<(), Fail> {
        match call.opt.id {
            ADD => self.add = Some(named(call, "add-set", self.add.as_ref())?),
            DEL => self.del = Some(named(call, "del-set", self.del.as_ref())?),
            MAP => self.map = Some(named(call, "map-set", self.map.as_ref())?),
            EXIST => self.exist = true,
            TIMEOUT => {
                let top = u32::MAX - 1;
                let timeout = number::whole(call.arg, 0, top.into()).ok_or_else(|| {
                    Fail::param(format!("Invalid value for option --timeout or out of range 0-{top}"))
                })?;
                self.timeout = Some(timeout as u32);
            }
            MAP_MARK => self.mark = true,
            MAP_PRIO => self.prio = true,
            _ => self.queue = true,
        }
        *call.flags |= 1 << call.opt.id;
        Ok(())
    }

    fn check(&mut self, flags: u32) -> Result<(), Fail> {
        let has = |id: u8| flags & (1 << id) != 0;
        let only = |given: &[(u8, &str)], of: &str| {
            let wrong = given.iter().find(|(id, _)| has(*id));
            wrong.map(|(_, what)| Fail::param(format!("{what} can be used with `--{of}' only")))
        };
        if !has(ADD) && !has(DEL) && !has(MAP) {
            return Err(Fail::param("You must specify either `--add-set' or `--del-set' or `--map-set'"));
        }
        if !has(ADD)
            && let Some(fail) = only(&[(EXIST, "Flag `--exist'"), (TIMEOUT, "Option `--timeout'")], "add-set")
        {
            return Err(fail);
        }
        let flags = [
            (MAP_MARK, "Flag `--map-mark'"),
            (MAP_PRIO, "Flag `--map-prio'"),
            (MAP_QUEUE, "Flag `--map-queue'"),
        ];
        if !has(MAP)
            && let Some(fail) = only(&flags, "map-set")
        {
            return Err(fail);
        }
        if has(MAP) && !(has(MAP_MARK) || has(MAP_PRIO) || has(MAP_QUEUE)) {
            return Err(Fail::param("You must specify flags `--map-mark' or '--map-prio` or `--map-queue'"));
        }
        Ok(())
    }

    fn save(&self, out: &mut String, _: Family) {
        print_all(self, out, "--");
    }

    fn list(&self, out: &mut String, _: &Listing<'_>) {
        print_all(self, out, "");
    }
}
