# The tool's commands, options and refusals.
r() { echo "$ ipset $*"; ipset "$@"; echo "= $?"; }
r create a hash:ip initval 1
r create a hash:ip
r create a hash:ip -exist
r -! create a hash:net
r add a 1.2.3.4
r add a 1.2.3.4
r add a 1.2.3.4 -exist
r test a 1.2.3.4
r test a 1.2.3.5
r -q test a 1.2.3.5
r -q test a 1.2.3.4
r del a 1.2.3.5
r del a 1.2.3.5 -exist
r add nope 1.2.3.4
r add a 0.0.0.0
r add a foo
r add a 1.2.3.4/33
r add a 1.2.3.0/30
r add a 1.2.3.9-1.2.3.12
r add a 1.2.3.4,5
r add a 1.2.3.4 timeout 5
r add a 1.2.3.4 packets 5
r add a 1.2.3.4 comment x
r add a 1.2.3.4 skbmark 0x5
r add a 1.2.3.4 bogus
r add a 1.2.3.4 timeout
r add a ::1
r add a
r add
r
r bogus
r create
r create b
r create b hash:foo
r create b hash:ip family inet7
r create b hash:ip netmask 33
r create b hash:ip netmask 0
r create b hash:ip bogus 1
r create 12345678901234567890123456789012 hash:ip
r create 1234567890123456789012345678901 hash:ip
r destroy 1234567890123456789012345678901
r destroy nope
r flush nope
r list nope
r save nope
r rename a b
r rename nope c
r create c hash:ip initval 2
r rename b c
r swap b c
r swap b nope
r create d hash:net initval 3
r swap b d
r create e bitmap:ip range 10.0.0.0/24
r add e 10.0.1.0
r add e 10.0.0.250-10.0.1.5
r create f bitmap:ip range 10.0.0.0/8
r create f bitmap:ip
r create f bitmap:port range 0-65536
r create f bitmap:port range 0-65535
r add f 80
r add f tcp:90
r add f 70000
r add f udp:domain
r list f
r list -n
r list -t
r save
r version
r -v
r list b extra
r destroy
r list
r -n list
r save
r list -o xml
r list -o foo
r add d 10.0.0.0/8 
