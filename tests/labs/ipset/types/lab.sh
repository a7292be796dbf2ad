# Every type of sets, its options, ranges and refusals, and the order of its members.
r() { echo "$ ipset $*"; ipset "$@"; echo "= $?"; }
r create l list:set
r create a hash:ip initval 1
r create b hash:net initval 2
r create c hash:ip,port initval 3
r add l a
sleep 0.05; r list l
r add l b
r add l c before b
r add l c before a
r -! add l c before a
sleep 0.05; r list l
r add l nope
r add l c after nope
r add l l
r create l2 list:set
r add l l2
r add l a after b
r del l a before b
r del l a after c
r test l b
r test l a
r test l b after c
r test l b before c
r del l a
r add l a,before,b
r add l a,foo,b
r add l a,before
r destroy a
r destroy l
r create l list:set size 2 comment counters timeout 100 skbinfo
sleep 0.05; r list l
r add l a comment "hello world" timeout 20 packets 5 bytes 6 skbmark 0x10/0xff skbprio 1:10 skbqueue 7
sleep 0.05; r list l
r save l
r list l -o xml
r rename a z
r swap a b
r destroy
r flush
r list -n
r flush l
r destroy a
r create m bitmap:ip range 10.0.0.0/24 netmask 28 counters
r add m 10.0.0.17 packets 5 bytes 7
r list m
r del m 10.0.0.18
r add m 10.0.0.18
r list m
r flush m
r add m 10.0.0.18
r save m
r create o hash:net,iface initval 5
r add o 10.0.0.0/24,eth0
r add o 0.0.0.0/0,eth1
r add o 10.0.0.0/24,physdev:eth0
r add o 10.0.0.0/24,eth wildcard
r add o 10.0.0.0/24,ethernet0
r add o 10.0.1.0/24,eth5 nomatch timeout 4
r add o 10.0.1.0/24,eth5 nomatch
r add o 10.0.1.0/24,eth567890123456789
r list o -s
r list o
r test o 10.0.0.5,eth1
r test o 10.0.0.5,eth7
r create p hash:ip family inet6 initval 1
r add p 2001:db8::1
r add p 2001:db8::/120
r add p 2001:db8::1-2001:db8::5
r add p ::
r add p 1.2.3.4
r list p
r create q hash:net family inet6 initval 1
r add q 2001:db8::/32
r add q 2001:db8::1
r add q [2001:db8::2]
r add q 2001:db8::/0
r add q 2001:db8::1-2001:db8::5
r list q -s
r create s hash:ip,port,net initval 7
r add s 1.2.3.4,tcp:80-82,10.0.0.0/24
r add s 1.2.3.4,53,10.0.0.0-10.0.0.6
r add s 1.2.3.4,udp:53,10.0.0.9 nomatch
r list s -s
r test s 1.2.3.4,udp:53,10.0.0.9
r test s 1.2.3.4,tcp:81,10.0.0.9
r create t hash:ip,port,ip initval 7
r add t 1.2.3.4,80,5.6.7.8
r add t 1.2.3.4/31,80,5.6.7.8
r add t 1.2.3.4,80
r list t
r create u hash:ip maxelem 3 initval 1
r add u 10.0.0.0/29
r list u
r create v hash:ip maxelem 3 initval 1 forceadd
r add v 10.0.0.0/29
r list v
r create w hash:ip comment counters timeout 0 skbinfo initval 9
r add w 1.1.1.1 comment "a b" timeout 100 packets 3 bytes 4 skbmark 0x1 skbprio 1:2 skbqueue 3
r add w 1.1.1.2 
r add w 1.1.1.3 comment 'a"b'
r add w 1.1.1.3 skbmark 5
r add w 1.1.1.3 skbprio 5
r add w 1.1.1.3 timeout 3000000
r list w
r save w
r create x hash:ip hashsize 100 bucketsize 7 netmask 24 timeout 7 initval 1
r add x 10.0.0.5
r add x 10.0.0.6
r list x
r add y 10.1.2.3,80
r list y
r create z bitmap:port range tcp:20-30 
r add z 25-27
r del z 26
r list z
r create z2 ipmap --range 10.0.0.0/30
r create z3 iphash --hashsize 64 probes 4 --initval 3
r create z5 hash:ip family inet family inet6
r -N z6 nethash
r -A z6 10.0.0.0/8
r -T z6 10.1.1.1
r -D z6 10.0.0.0/8
r -X z6
