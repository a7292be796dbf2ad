ip link set lo up
ip addr
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link set v0 up
ip link set v1 up
sleep 3
ip addr
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.0.2/24 brd + dev v0
ip addr add 10.0.1.1/24 brd 10.0.1.255 dev v0 label v0:x
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.0.3/24 dev v0 scope link
ip addr add 10.9.0.1/24 dev v0 scope link
ip addr add 10.8.0.1/24 dev v0 scope host
ip addr add 10.7.0.1 peer 10.7.0.2 dev v0
ip addr add 10.6.0.1 dev v0
ip addr add 10.5.0.1/31 dev v0
ip addr add 10.4.0.1/24 dev v0 noprefixroute
ip addr add 10.3.0.1/24 dev v0 metric 50
ip addr show v0
ip route
ip route show table local
ip -4 addr
ip -6 addr
ip -br addr
ip -o addr
ip -j addr show v0
ip -j -p addr show lo
ip -c addr show v0
ip addr show dev v0 secondary
ip addr show primary
ip addr show to 10.0.0.0/16
ip addr show label 'v0:*'
ip addr show scope host
ip addr show up
ip addr show permanent
ip addr show dynamic
ip -d addr show lo
ip -s addr show lo
ip addr del 10.0.0.1/24 dev v0
ip addr show v0
ip route
ip route show table local
ip addr add 10.0.0.1/24 dev v0
ip addr add 10.0.0.2/24 dev v0
sysctl -qw net.ipv4.conf.v0.promote_secondaries=1
ip addr del 10.0.0.1/24 dev v0
ip -4 addr show v0
ip route
ip addr del 10.0.0.77/24 dev v0
ip addr del 10.0.0.2 dev v0
ip addr del 10.6.0.1/32 dev v0
ip addr del 10.7.0.1 peer 10.7.0.2 dev v0
ip -4 addr show v0
ip addr flush dev v0
ip addr show v0
ip route show table all
ip addr add fd00::1/64 dev v0
ip addr show v0
sleep 3
ip addr show v0
ip -6 route show table all
ip addr add fd00::1/64 dev v0
ip addr add fd00::2/64 dev v0 nodad
ip addr add fd00:1::1/128 dev v0 nodad
ip addr add fd00:2::1/64 dev v0 nodad noprefixroute
ip addr add ff02::1/64 dev v0
ip addr add ::/64 dev v0
ip addr add ::1/128 dev v0
ip -6 addr show v0
ip -6 route
ip -6 route show table local
ip addr del fd00::1/64 dev v0
ip -6 route
ip addr del fd00::77/64 dev v0
ip addr add 10.0.0.1/24 dev v0 valid_lft 100 preferred_lft 50
ip addr add fd00:5::1/64 dev v0 valid_lft 100 preferred_lft 0
ip addr show v0
ip addr change 10.0.0.1/24 dev v0 valid_lft forever preferred_lft forever
ip addr replace 10.0.0.9/24 dev v0
ip addr show v0
ip addr add 10.0.0.256/24 dev v0
ip addr add 10.0.0.1/33 dev v0
ip addr add 10.0.0.1/24
ip addr add 10.0.0.1/24 dev nope
ip addr add dev v0
ip addr add 10.0.0.1/24 10.0.0.2/24 dev v0
ip addr add 10.0.0.1/24 dev v0 brd
ip addr add 10.0.0.1/24 dev v0 scope foo
ip addr add 10.0.0.1/24 dev v0 valid_lft x
ip -6 addr add 10.0.0.1/24 dev v0
ip -4 addr add fd00::1/64 dev v0
ip addr add fd00::1/64 brd + dev v0
ip addr show nope
ip addr flush
ip addr foo
ip link set v0 down
ip addr show v0
ip route show table all
ip link set v0 up
ip route show table all
ip addr add 127.0.0.5/8 dev lo
ip addr add 1.2.3.4/32 dev lo
ip addr show lo
ip route show table local
ip link set lo down
ip addr show lo
ip route show table all
ip link set lo up
ip route show table all
ip addr add 10.0/16 dev v0
ip addr add 10.20.0.1/255.255.0.0 dev v0
ip -4 addr show v0
ip link set v1 down
ip -4 route
ip -6 route
ip link set v1 up
ip -4 route
