ip link set lo up
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip rule
ip -6 rule
ip -j rule
ip rule add from 10.0.0.0/8 table 100
ip rule add to 10.1.0.0/16 lookup 200 priority 50
ip rule add fwmark 1 table 100
ip rule add fwmark 0x2/0xf0 table 100 pref 60
ip rule add iif v0 blackhole pref 70
ip rule add oif nope unreachable pref 80
ip rule add not from 1.2.3.4 prohibit pref 90
ip rule add ipproto udp dport 53 lookup main pref 100
ip rule add ipproto tcp sport 1000-2000 lookup main pref 110
ip rule add tos 0x10 lookup main pref 120
ip rule add lookup main suppress_prefixlength 0 pref 130
ip rule add goto 200 pref 140
ip rule add nop pref 200
ip rule add goto 300 pref 210
ip rule add goto 10 pref 220
ip rule add uidrange 0-100 table 7 pref 230
ip rule add from 10.0.0.0/8 to 10.2.0.0/16 iif lo table 7 pref 240 protocol static
ip rule add table default pref 250
ip rule
ip -d rule
ip -j rule
ip -j -p rule show pref 110
ip rule show pref 60
ip rule show table 100
ip rule show from 10.0.0.0/8
ip rule add from 10.0.0.0/8 to 10.2.0.0/16 iif lo table 7 pref 240
ip rule add pref 230
ip rule add
ip rule del
ip rule del pref 9999
ip rule del pref 50
ip rule del fwmark 1
ip rule del from 10.0.0.0/8 table 100
ip rule del from 10.0.0.0/8 table 100
ip rule del iif v0
ip rule
ip rule add from x
ip rule add fwmark x
ip rule add table x
ip rule add pref x
ip rule add bla
ip rule add from 10.0.0.0/8 table
ip rule foo
ip -6 rule add from fd00::/8 table 100
ip -6 rule
ip -6 rule add from 10.0.0.0/8 table 100
ip rule add from fd00::/8 table 101
ip -6 rule
ip rule add table 0 pref 5
ip rule flush
ip rule
ip link set v0 name w0
ip rule add iif w0 table 9 pref 5
ip rule
ip link set w0 name v0
ip rule
ip link del v0
ip rule
ip rule del pref 0
ip rule
