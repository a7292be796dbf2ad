//! A packet that nobody watches allocates nothing.

use std::net::{IpAddr, Ipv4Addr};

use packetwalk_lab::{Lab, Load};
use packetwalk_shell::{Collect, Shell};

/// The host's address, and its published port.
const PUBLISHED: (IpAddr, u16) = (IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 9);

#[test]
fn an_established_flow_allocates_nothing() {
    let mut shell = Shell::new(Lab::new(0));
    let mut output = Collect::default();
    shell.run_script("published.sh", include_bytes!("published.sh"), &mut output);
    let lab = &mut shell.lab;
    let (client, c1) = (lab.ns("client").unwrap(), lab.ns("c1").unwrap());
    let load = Load::new(lab, client, c1, PUBLISHED).unwrap();
    assert_eq!(load.run(lab, 2000).unwrap(), 2000);
    let told = allocation_counter::measure(|| assert_eq!(load.run(lab, 1000).unwrap(), 1000));
    assert_eq!(told.count_total, 0, "{told:?}");
}
