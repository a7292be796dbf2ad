# -m set and -j SET in both faces: options, refusals, listings, references.
ipset create a hash:ip initval 1; ipset create a6 hash:net family inet6 initval 1; ipset create p bitmap:port range 1-100; ipset create l list:set
for IPT in iptables iptables-legacy; do
r() { echo "\$ $*"; $IPT "$@" ; echo "= $?"; }
r -A INPUT -m set
r -A INPUT -m set --match-set
r -A INPUT -m set --match-set a
r -A INPUT -m set --match-set nope src
r -A INPUT -m set --match-set a6 src
r -A INPUT -m set --match-set p src
r -A INPUT -m set --match-set l src,dst
r -A INPUT -m set --match-set a foo
r -A INPUT -m set --match-set a src,dst,src,dst,src,dst,src
r -A INPUT -m set --match-set a srcfoo,dstx
r -A INPUT -m set ! --match-set a src --return-nomatch ! --update-counters ! --update-subcounters --packets-gt 5 ! --bytes-eq 7
r -A INPUT -m set --set a src
r -A INPUT -m set --match-set a src --match-set a dst
r -A INPUT -m set --match-set a src --packets-gt 5 --packets-lt 4
r -A INPUT -m set --match-set a src ! --packets-gt 5
r -A INPUT -m set --match-set a src ! --return-nomatch
r -A INPUT -m set --match-set a src --packets-eq x
r -A INPUT -m set --match-set a src --bytes-lt 18446744073709551615
r -A INPUT -m set --match-set 12345678901234567890123456789012 src
r -A INPUT -m set --match-set a -x
r -A INPUT -m set --match-set a '!'
r -A INPUT -j SET
r -A INPUT -j SET --add-set a src
r -A INPUT -j SET --add-set a src --exist --timeout 10
r -A INPUT -j SET --add-set a src --timeout 4294967295
r -A INPUT -j SET --add-set a src --del-set a dst
r -A INPUT -j SET --add-set a src --add-set a dst
r -A INPUT -j SET --del-set a src --exist
r -A INPUT -j SET --del-set a src --timeout 5
r -A INPUT -j SET --map-set a src
r -A INPUT -j SET --map-set a src --map-mark
r -t mangle -A INPUT -j SET --map-set a src --map-mark
r -t mangle -A INPUT -j SET --map-set a src --map-prio
r -t mangle -A FORWARD -j SET --map-set a src --map-prio --map-mark --map-queue
r -A INPUT -j SET --add-set a src --map-mark
r -A INPUT -j SET --add-set nope src
r -A INPUT -j SET --add-set a
r -A INPUT -j SET ! --add-set a src
r -N foo
r -t mangle -N foo
r -t mangle -A foo -j SET --map-set a src --map-prio
r -A foo -j SET --add-set a src
r -S
r -t mangle -S
r -L -n -v
r -t mangle -L -n

ipset list a -t
ipset rename a b; ipset destroy a
r -D INPUT -m set --match-set a srcfoo,dstx
r -C INPUT -m set --match-set l src,dst
ipset create a2 hash:ip initval 2; ipset swap a a2; ipset destroy a2; r -S
ipset list a -t
r -F; r -t mangle -F
ipset list a -t
done
