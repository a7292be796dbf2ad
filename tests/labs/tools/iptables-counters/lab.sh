# Counters: large numbers are shortened unless -x is given, and -Z sets them to nothing.
iptables-restore -c <<'RULES'
*filter
:INPUT ACCEPT [99999:999999]
:FORWARD DROP [100000:1234567890]
:OUTPUT ACCEPT [12345678:12345678901234]
[1:1] -A INPUT -s 10.0.0.1 -j ACCEPT
[99999:99999] -A INPUT -s 10.0.0.2 -j ACCEPT
[100000:100000] -A INPUT -s 10.0.0.3 -j ACCEPT
[9999999:10000000] -A INPUT -s 10.0.0.4 -j ACCEPT
[123456789:12345678901] -A INPUT -s 10.0.0.5 -j ACCEPT
[12345678901234:1234567890123456] -A INPUT -s 10.0.0.6 -j ACCEPT
COMMIT
RULES
iptables -L -n -v
iptables -L INPUT -n -v -x
iptables -Z INPUT 2
iptables -S INPUT -v
iptables -Z
iptables-save -c
