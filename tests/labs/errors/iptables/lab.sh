# iptables and its errors, with their exit statuses.
iptables -A NOSUCH -j ACCEPT
echo $?
iptables -A INPUT -j NOSUCH
echo $?
iptables -t nosuch -L
echo $?
iptables -A INPUT -p tcp --dport 99999 -j ACCEPT
echo $?
iptables -A INPUT --dport 80 -j ACCEPT
echo $?
iptables -A INPUT -s 10.0.0.0/40 -j ACCEPT
echo $?
iptables -A INPUT -m nosuchmatch -j ACCEPT
echo $?
iptables -D INPUT 5
echo $?
iptables -D INPUT -s 10.0.0.1 -j DROP
echo $?
iptables -I INPUT 9 -j ACCEPT
echo $?
iptables -R INPUT 1 -j ACCEPT
echo $?
iptables -P INPUT REJECT
echo $?
iptables -N INPUT
echo $?
iptables -N web
iptables -N web
echo $?
iptables -P web DROP
echo $?
iptables -A INPUT -j web
iptables -X web
echo $?
iptables -X nosuch
echo $?
iptables -F nosuch
iptables -L nosuch
iptables -A INPUT -p tcp --frob
echo $?
iptables -A INPUT -j MASQUERADE
echo $?
iptables -t nat -A PREROUTING -j MASQUERADE
echo $?
iptables -t nat -A POSTROUTING -j DNAT --to-destination 10.0.0.1
echo $?
iptables -t nat -A PREROUTING -j DNAT
echo $?
iptables -t nat -A PREROUTING -j DNAT --to-destination 10.0.0.1:80
echo $?
iptables -A INPUT -o eth0 -j ACCEPT
echo $?
iptables -A OUTPUT -i eth0 -j ACCEPT
echo $?
iptables -A INPUT -j REJECT --reject-with tcp-reset
echo $?
iptables -A INPUT -m conntrack --ctstate FROB
echo $?
iptables -A
iptables
iptables -A INPUT -p frob
iptables -A INPUT -j
iptables -A web -j web
iptables -A INPUT -A OUTPUT
iptables -S
