//! ping, nc, traceroute and tcpdump in labs, against what Debian 12's tools printed on Linux 6.18.
#![allow(missing_docs)]
