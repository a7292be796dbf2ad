ip link
ip link set lo up
ip link show lo
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link show
ip -br link
ip -d link show v0
ip link set v0 up
ip link show v0
ip link set v1 up
ip link
ip link add br0 type bridge
ip link set br0 address 02:00:00:00:00:99
ip -d link show br0
ip link set br0 up
ip link show br0
ip link set v0 master br0
ip -br link show v0
ip link show br0
ip link show master br0
ip link show type veth
ip link show type bridge
ip link show type bridge_slave
ip link show up
ip -j link
ip -j -p -d link show v1
ip -o link
ip -c link show v0
ip link set v0 mtu 1400
ip link show br0
ip link set v0 nomaster
ip link show br0
ip link set v0 name eth0
ip link show v0
ip link show eth0
ip link set eth0 alias hello
ip link show eth0
ip link set eth0 txqueuelen 500 group 7
ip link show group 7
ip link set eth0 arp off multicast off
ip link show eth0
ip link set eth0 promisc on allmulticast on
ip -d link show eth0
ip link set eth0 arp on multicast on promisc off allmulticast off
ip link show eth0
ip link set eth0 down
ip link
ip link set nope up
ip link show nope
ip link del nope
ip link set
ip link set eth0 up down mtu
ip link set eth0 mtu 50
ip link set eth0 mtu 70000
ip link set eth0 mtu x
ip link set eth0 address 01:00:00:00:00:00
ip link set eth0 address zz
ip link set eth0 address 02:00
ip link set eth0 master lo
ip link set eth0 master nope
ip link set lo master br0
ip link del lo
ip link set eth0 name lo
ip link set eth0 name a/b
ip link add v0 type foo
ip link add v0
ip link add v0 address 02:00:00:00:00:21 type veth peer address 02:00:00:00:00:22
ip link add type veth bla
ip link add br0 type bridge
ip link add eth0 type veth peer name v7
ip link add averyveryverylongname type bridge
ip link foo
ip foo
ip -foo link
ip link set eth0 netns nope
ip link add br1 type bridge
ip link set br1 master br0
ip link set br1 type bridge mcast_snooping 0 group_fwd_mask 8
ip link set br1 address 02:00:00:00:00:88
ip -d link show br1
ip link set br1 type bridge group_fwd_mask 1
ip link set eth0 type bridge_slave hairpin on
ip link set eth0 master br1
ip link set eth0 type bridge_slave hairpin on isolated on priority 5 cost 7 learning off mcast_flood off group_fwd_mask 0x4008
ip -d link show eth0
ip link set eth0 type bridge_slave hairpin maybe
ip link set eth0 type bridge_slave priority 99
ip link set eth0 type veth x
ip link del eth0
ip link
ip link del br0
ip link add address 02:00:00:00:00:03 type veth peer address 02:00:00:00:00:04
ip link
ip link set dev veth0 up
ip link set dev veth0 dev veth1
ip link add v8 up address 02:00:00:00:00:05 mtu 1300 type veth peer name v9 address 02:00:00:00:00:06 mtu 1300 up
ip link show v8
ip link add index 77 v10 address 02:00:00:00:00:15 type veth peer name v11 address 02:00:00:00:00:16 index 78
ip link show v10
ip -s link show v10
ip -s -s link show v10
