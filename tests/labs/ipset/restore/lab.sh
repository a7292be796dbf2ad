# restore: lines, quotes, batches, and what an error leaves done.
cd "$(mktemp -d)"
r() { echo "$ ipset $*"; ipset "$@"; echo "= $?"; }
rr() { echo "\$ restore $*"; cat rules.txt ; ipset restore "$@" < rules.txt ; echo "= $?"; }
put() { cat > rules.txt; }
put <<'X'
create a hash:ip initval 1
add a 1.1.1.1
add a 1.1.1.1
add a 1.1.1.2
X
rr
r save a
put <<'X'
# comment

create b hash:net comment initval 1
add b 10.0.0.0/8 comment "a b c"
add b 10.0.0.0/8 foo
X
rr
r save b
put <<'X'
add b 10.0.0.0/8 comment "a b c"
add b 11.0.0.0/8 comment ""
add b 12.0.0.0/8 comment x
COMMIT
add b 13.0.0.0/8
list b
version
X
rr
r save b
rr -exist
rr -!
put <<'X'
destroy a
create a hash:ip family inet6 initval 1
add a ::1
add a 1.1.1.1
X
rr
put <<'X'
add nope 1
X
rr
rr -q
put <<'X'
add a ::2
create c hash:ip probes 4 initval 5
add a ::3
X
rr
r save a
put <<'X'
test a ::2
add a ::4
X
rr
r save a
put <<'X'
add a "::5"
del a ::2
flush b
swap a nope
X
rr
r save
r restore extra
r restore -f /nonexistent
r save -f saved.txt
cat saved.txt
r list a -f saved.txt
cat saved.txt
r destroy
r restore -f saved.txt
r list -o save
