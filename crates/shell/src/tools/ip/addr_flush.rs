//! `ip addr flush`.

use packetwalk_route::Address;
use packetwalk_wire::IfIndex;

use super::addr_show::{addresses, filter_words};
use super::args::{Args, End};
use super::{Done, Ip, Wanted};

/// `ip addr flush`.
pub(super) fn flush(ip: &mut Ip<'_, '_>, args: &mut Args<'_>) -> Done {
    if args.peek().is_none() {
        return Err(End::fail(1, "Flush requires arguments.\n"));
    }
    if ip.opt.family == Wanted::Link {
        return Err(End::fail(1, "Cannot flush link addresses.\n"));
    }
    let filter = filter_words(ip, args)?;
    let mut round = 0;
    loop {
        let mut found: Vec<(IfIndex, Address)> = Vec::new();
        for device in ip.devices() {
            if filter.link.dev.is_some_and(|dev| dev != device.index) {
                continue;
            }
            let all = addresses(ip, device.index);
            let chosen = all.into_iter().filter(|a| filter.shows(&device, a));
            found.extend(chosen.map(|a| (device.index, a)));
        }
        if found.is_empty() || round == 10 {
            break;
        }
        round += 1;
        if ip.opt.stats > 0 {
            ip.out.fp(&format!("\n*** Round {round}, deleting {} addresses ***\n", found.len()));
        }
        let routing = &mut ip.stack()?.routing;
        for (dev, a) in found {
            let _ = routing.del_address(dev, a.local, Some(a.prefix_len), None);
        }
    }
    if ip.opt.stats > 0 {
        let end = if round > 1 { "s" } else { "" };
        let text = if round == 0 {
            "Nothing to flush.\n".to_owned()
        } else {
            format!("*** Flush is complete after {round} round{end} ***\n")
        };
        ip.out.fp(&text);
    }
    Ok(())
}
