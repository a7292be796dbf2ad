ip link set lo up
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link set v0 up
ip link set v1 up
ip addr add 10.0.0.1/24 dev v0
ip neigh
ip neigh add 10.0.0.7 lladdr 2:0:0:0:0:7 dev v0
ip neigh add 10.0.0.7 lladdr 2:0:0:0:0:7 dev v0
ip neigh
ip -j neigh
ip -br neigh
ip -c neigh
ip neigh show dev v0
ip neigh show 10.0.0.7
ip neigh show nud permanent
ip neigh show nud stale
ip neigh replace 10.0.0.7 lladdr 02:00:00:00:00:08 dev v0 nud stale
ip neigh
ip neigh change 10.0.0.7 lladdr 02:00:00:00:00:09 dev v0 nud noarp
ip neigh
ip neigh del 10.0.0.9 dev v0
ip neigh change 10.0.0.9 lladdr 2:0:0:0:0:7 dev v0
ip neigh get 10.0.0.7 dev v0
ip neigh get 10.0.0.9 dev v0
ip neigh get 10.0.0.9
ip neigh add proxy 10.0.0.44 dev v0
ip neigh show proxy
ip neigh show
ip neigh flush dev v0
ip neigh flush all
ip neigh add 10.0.0.9 dev v0
ip neigh add 10.0.0.77 lladdr 2:0:0:0:0:7 dev nope
ip neigh add 10.0.0.77 lladdr 2:0:0:0:0:7
ip neigh add 10.0.0.77 lladdr zz dev v0
ip neigh add 10.0.0.77 lladdr 2:0:0:0:0:7 dev v0 nud foo
ip neigh add x lladdr 2:0:0:0:0:7 dev v0
ip neigh add fd00::9 lladdr 2:0:0:0:0:7 dev v0 router
ip -6 neigh
ip -4 neigh
ip neigh foo
ip neigh flush
ip neigh show dev nope
ip neigh del fd00::9 dev v0
ip neigh del proxy 10.0.0.44 dev v0
ip neigh del proxy 10.0.0.44 dev v0
ip neigh
ip -s neigh flush all
