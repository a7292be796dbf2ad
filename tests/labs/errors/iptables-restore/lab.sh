# iptables-restore: a bad line changes nothing in its table, and the line is named.
iptables -A INPUT -s 10.0.0.1 -j ACCEPT
iptables-restore <<'RULES'
*filter
:INPUT ACCEPT [0:0]
-A INPUT -s 10.0.0.2 -j ACCEPT
-A INPUT -s 10.0.0.3 -j NOSUCH
COMMIT
RULES
echo $?
iptables-restore <<'RULES'
*filter
:INPUT ACCEPT [0:0]
-A INPUT -s 10.0.0.2 --frob
COMMIT
RULES
echo $?
iptables-restore <<'RULES'
*filter
:INPUT ACCEPT [0:0]
-A INPUT -s 10.0.0.2
RULES
echo $?
iptables-restore <<'RULES'
*nosuch
COMMIT
RULES
echo $?
iptables-restore <<'RULES'
-A INPUT -j ACCEPT
RULES
echo $?
iptables-restore <<'RULES'
*filter
-A NOSUCH -j ACCEPT
COMMIT
RULES
echo $?
iptables-restore <<'RULES'
*filter
:INPUT FROB [0:0]
COMMIT
RULES
echo $?
iptables-restore <<'RULES'
*filter
frob
COMMIT
RULES
echo $?
iptables-restore < /no/such/file
echo $?
iptables -S
