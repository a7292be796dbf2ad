//! Settings of bridges and ports, as `ip -d link` shows them.

use packetwalk_link::Device;
use packetwalk_wire::Mac;

use super::Ip;

/// `8000.2:0:0:0:0:1`: priority and MAC.
fn bridge_id(priority: u16, mac: Mac) -> String {
    let octets: Vec<String> = mac.0.iter().map(|o| format!("{o:x}")).collect();
    format!("{priority:04x}.{}", octets.join(":"))
}

/// A bridge has no identifier until its first port or a MAC of the user's choice.
fn id_of(device: &Device) -> String {
    let priority = device.bridge().map_or(0x8000, |b| b.config.priority);
    let known = device.mac_set || device.carrier_known;
    bridge_id(priority, if known { device.mac } else { Mac::ZERO })
}

fn number(ip: &mut Ip<'_, '_>, key: &str, word: &str, value: u32) {
    ip.out.number(key, u64::from(value), &format!("{word} {value} "));
}

fn same(ip: &mut Ip<'_, '_>, word: &str, value: u32) {
    number(ip, word, word, value);
}

fn timers(ip: &mut Ip<'_, '_>, words: &[&str]) {
    for word in words {
        ip.out.raw(word, "0.00", &format!("{word} {:4}.00 ", 0));
    }
}

/// `bridge forward_delay …`.
pub(super) fn print_bridge(ip: &mut Ip<'_, '_>, device: &Device) {
    let Some(bridge) = device.bridge() else { return };
    let c = bridge.config;
    let id = id_of(device);
    ip.out.open_object(Some("info_data"));
    same(ip, "forward_delay", c.forward_delay);
    same(ip, "hello_time", c.hello_time);
    same(ip, "max_age", c.max_age);
    same(ip, "ageing_time", c.ageing_time);
    same(ip, "stp_state", 0);
    same(ip, "priority", u32::from(c.priority));
    same(ip, "vlan_filtering", u32::from(c.vlan_filtering));
    ip.out.string("bridge_id", &id, &format!("bridge_id {id} "));
    ip.out.string("root_id", &id, &format!("designated_root {id} "));
    same(ip, "root_port", 0);
    same(ip, "root_path_cost", 0);
    same(ip, "topology_change", 0);
    same(ip, "topology_change_detected", 0);
    timers(ip, &["hello_timer", "tcn_timer", "topology_change_timer", "gc_timer"]);
    let mask = u32::from(c.group_fwd_mask);
    let text = if mask == 0 { "0".to_owned() } else { format!("{mask:#x}") };
    ip.out.hex("group_fwd_mask", mask, &format!("group_fwd_mask {text} "));
    ip.out.string("group_addr", "01:80:c2:00:00:00", "group_address 01:80:c2:00:00:00 ");
    same(ip, "mcast_snooping", u32::from(c.mcast_snooping));
    same(ip, "no_linklocal_learn", u32::from(c.no_linklocal_learn));
    same(ip, "mcast_vlan_snooping", 0);
    same(ip, "mcast_router", u32::from(c.mcast_router));
    same(ip, "mcast_query_use_ifaddr", 0);
    same(ip, "mcast_querier", u32::from(c.mcast_querier));
    same(ip, "mcast_hash_elasticity", 16);
    same(ip, "mcast_hash_max", 4096);
    number(ip, "mcast_last_member_cnt", "mcast_last_member_count", 2);
    number(ip, "mcast_startup_query_cnt", "mcast_startup_query_count", 2);
    number(ip, "mcast_last_member_intvl", "mcast_last_member_interval", 100);
    number(ip, "mcast_membership_intvl", "mcast_membership_interval", 26000);
    number(ip, "mcast_querier_intvl", "mcast_querier_interval", 25500);
    number(ip, "mcast_query_intvl", "mcast_query_interval", 12500);
    number(ip, "mcast_query_response_intvl", "mcast_query_response_interval", 1000);
    number(ip, "mcast_startup_query_intvl", "mcast_startup_query_interval", 3124);
    same(ip, "mcast_stats_enabled", 0);
    same(ip, "mcast_igmp_version", 2);
    same(ip, "mcast_mld_version", 1);
    same(ip, "nf_call_iptables", u32::from(c.nf_call_iptables));
    same(ip, "nf_call_ip6tables", u32::from(c.nf_call_ip6tables));
    same(ip, "nf_call_arptables", u32::from(c.nf_call_arptables));
    ip.out.close_object();
}

/// `bridge_slave state …`.
pub(super) fn print_port(ip: &mut Ip<'_, '_>, device: &Device) {
    let (Some(port), Some(master)) = (device.port, device.master) else { return };
    let on_off = |ip: &mut Ip<'_, '_>, key: &str, on: bool| {
        ip.out.boolean(key, on, &format!("{key} {} ", if on { "on" } else { "off" }));
    };
    let id = ip.stack().ok().and_then(|s| s.links.get(master).map(id_of)).unwrap_or_default();
    let state = port.state.name();
    ip.out.open_object(Some("info_slave_data"));
    ip.out.string("state", state, &format!("state {state} "));
    same(ip, "priority", u32::from(port.priority));
    same(ip, "cost", port.cost);
    on_off(ip, "hairpin", port.hairpin);
    on_off(ip, "guard", port.guard);
    on_off(ip, "root_block", port.root_block);
    on_off(ip, "fastleave", port.fastleave);
    on_off(ip, "learning", port.learning);
    on_off(ip, "flood", port.flood);
    ip.out.hex("id", u32::from(port.id()), &format!("port_id {:#x} ", port.id()));
    ip.out.hex("no", u32::from(port.no), &format!("port_no {:#x} ", port.no));
    same(ip, "designated_port", u32::from(port.id()));
    same(ip, "designated_cost", 0);
    ip.out.string("bridge_id", &id, &format!("designated_bridge {id} "));
    ip.out.string("root_id", &id, &format!("designated_root {id} "));
    timers(ip, &["hold_timer", "message_age_timer", "forward_delay_timer"]);
    same(ip, "topology_change_ack", 0);
    same(ip, "config_pending", 0);
    on_off(ip, "proxy_arp", port.proxy_arp);
    on_off(ip, "proxy_arp_wifi", port.proxy_arp_wifi);
    number(ip, "multicast_router", "mcast_router", u32::from(port.mcast_router));
    ip.out.fp(if port.fastleave { "mcast_fast_leave on " } else { "mcast_fast_leave off " });
    on_off(ip, "mcast_flood", port.mcast_flood);
    on_off(ip, "bcast_flood", port.bcast_flood);
    on_off(ip, "mcast_to_unicast", port.mcast_to_unicast);
    on_off(ip, "neigh_suppress", port.neigh_suppress);
    let mask = u32::from(port.group_fwd_mask);
    let text = if mask == 0 { "0".to_owned() } else { format!("{mask:#x}") };
    ip.out.hex("group_fwd_mask", mask, &format!("group_fwd_mask {text} "));
    let words = mask_words(port.group_fwd_mask);
    ip.out.string("group_fwd_mask_str", &words, &format!("group_fwd_mask_str {words} "));
    on_off(ip, "vlan_tunnel", port.vlan_tunnel);
    on_off(ip, "isolated", port.isolated);
    on_off(ip, "locked", port.locked);
    ip.out.close_object();
}

fn mask_words(mask: u16) -> String {
    let name = |bit: u16| match bit {
        0 => "stp".to_owned(),
        2 => "lacp".to_owned(),
        14 => "lldp".to_owned(),
        _ => format!("{:#x}", 1u32 << bit),
    };
    let words: Vec<String> = (0..16).filter(|bit| mask & (1 << bit) != 0).map(name).collect();
    if words.is_empty() { "0x0".to_owned() } else { words.join(",") }
}
