# iptables-save, and iptables-restore with counters, without flushing and for a test.
iptables-restore -c <<'RULES'
# a comment
*filter
:INPUT DROP [10:1000]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [7:700]
:web - [0:0]
[3:180] -A INPUT -p tcp -m tcp --dport 80 -j web
-A INPUT -j ACCEPT
[1:60] -A web -s 10.0.0.0/8 -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -o eth0 -j MASQUERADE
COMMIT
RULES
iptables-save -c
iptables-restore --noflush <<'RULES'
*filter
:web - [0:0]
:more - [0:0]
-A web -j more
-I INPUT -s 192.0.2.1 -j DROP
COMMIT
RULES
iptables-save
iptables-save -t filter | grep -c web
iptables-restore --test <<'RULES'
*filter
-A INPUT -j DROP
COMMIT
RULES
iptables -S INPUT
iptables-restore -T nat <<'RULES'
*filter
-A INPUT -j LOG
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080
COMMIT
RULES
iptables -S INPUT
iptables -t nat -S
