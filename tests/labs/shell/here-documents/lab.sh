# Here-documents: quoted, unquoted, indented.
port=8080
iptables-restore <<RULES
*filter
-A INPUT -p tcp -m tcp --dport $port -j ACCEPT
COMMIT
RULES
iptables -S INPUT
cat <<'END'
$port stays
END
cat <<END
$port goes
END
cat <<-END
	tabs are taken off
	END
cat <<END | wc -l
one
two
END
grep tw <<END
one
two
END
cat <<< "a here-string"
