//! Commands of a Debian machine, to tell one that is not simulated from one that does not exist.

/// Sorted by bytes.
#[rustfmt::skip]
const REAL: &[&str] = &[
    "apropos", "apt", "apt-cache", "apt-get", "aptitude", "arch", "arp", "arping", "arptables",
    "arptables-nft", "arptables-nft-restore", "arptables-nft-save", "at", "awk", "b2sum", "base32",
    "base64", "basename", "basenc", "bash", "batch", "bc", "bird", "birdc", "blkid", "blockdev", "bpftool",
    "bpftrace", "brctl", "bridge", "busctl", "capsh", "cat", "chattr", "chcon", "chgrp", "chmod", "chown",
    "chpasswd", "chroot", "chrt", "chsh", "cksum", "cmp", "column", "comm", "conntrack", "conntrackd",
    "consul", "containerd", "cp", "crictl", "crond", "crontab", "ctr", "ctstat", "curl", "cut", "dash",
    "date", "dd", "devlink", "df", "dhclient", "dhcpcd", "diff", "diff3", "dig", "dir", "dircolors",
    "dirname", "dmesg", "dnsdomainname", "dnsmasq", "docker", "docker-compose", "dockerd", "domainname",
    "dpkg", "du", "ebtables", "ebtables-nft", "ebtables-nft-restore", "ebtables-nft-save",
    "ebtables-translate", "echo", "egrep", "env", "ethtool", "expand", "expr", "factor", "fallocate",
    "false", "fgrep", "file", "find", "findfs", "findmnt", "firewall-cmd", "fish", "flannel", "flock",
    "fmt", "fold", "fping", "free", "frr", "fsck", "fsfreeze", "fstrim", "fuser", "gcc", "gdb", "genl",
    "getconf", "getent", "getopt", "git", "go", "gpasswd", "grep", "groupadd", "groupdel", "groupmod",
    "groups", "gunzip", "gzip", "haproxy", "hardlink", "head", "hexdump", "host", "hostid", "hostname",
    "hostnamectl", "hping3", "htop", "httpd", "iconv", "id", "ifconfig", "ifdown", "ifenslave", "ifquery",
    "ifstat", "iftop", "ifup", "insmod", "install", "ionice", "iostat", "ip", "ip6tables",
    "ip6tables-legacy", "ip6tables-legacy-restore", "ip6tables-legacy-save", "ip6tables-nft",
    "ip6tables-nft-restore", "ip6tables-nft-save", "ip6tables-restore", "ip6tables-restore-translate",
    "ip6tables-save", "ip6tables-translate", "ipcalc", "ipcmk", "ipcrm", "ipcs", "iperf", "iperf3", "ipset",
    "ipset-translate", "iptables", "iptables-legacy", "iptables-legacy-restore", "iptables-legacy-save",
    "iptables-nft", "iptables-nft-restore", "iptables-nft-save", "iptables-restore",
    "iptables-restore-translate", "iptables-save", "iptables-translate", "iptables-xml", "ipvsadm", "iw",
    "join", "journalctl", "jq", "keepalived", "kill", "killall", "ksh", "kubectl", "last", "lastb",
    "ldconfig", "ldd", "less", "link", "ln", "lnstat", "localectl", "logger", "login", "loginctl",
    "logname", "losetup", "ls", "lsattr", "lsblk", "lscpu", "lslocks", "lsmod", "lsns", "lsof", "make",
    "man", "masscan", "mawk", "md5sum", "mkdir", "mkfifo", "mkfs.ext2", "mkfs.ext3", "mkfs.ext4", "mknod",
    "mkswap", "mktemp", "modinfo", "modprobe", "more", "mount", "mountpoint", "mpstat", "mtr", "mv",
    "named", "nameif", "nc", "ncat", "ndisc6", "nerdctl", "netcat", "nethogs", "netplan", "netstat",
    "networkctl", "newgrp", "nfct", "nft", "nftables", "nginx", "ngrep", "nice", "nmap", "node", "nohup",
    "npm", "nproc", "nsenter", "nslookup", "nstat", "ntpdate", "numfmt", "od", "openssl", "openvpn",
    "passwd", "paste", "pathchk", "perf", "perl", "pgrep", "pidstat", "ping", "pip", "pip3", "pivot_root",
    "pkill", "pmap", "podman", "pppd", "pr", "printenv", "printf", "prlimit", "ps", "pstree", "ptx", "pwd",
    "python", "python3", "radvd", "readlink", "realpath", "rev", "rm", "rmdir", "rmmod", "rndc", "route",
    "rsync", "rtmon", "rtstat", "ruby", "run-parts", "runc", "runcon", "runuser", "sar", "scapy", "scp",
    "screen", "sdiff", "sed", "seq", "service", "setpriv", "setsid", "setterm", "sftp", "sh", "sha1sum",
    "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shred", "shuf", "sipcalc", "skill", "sleep",
    "slirp4netns", "slogin", "snice", "socat", "sort", "split", "ss", "ssh", "ssh-add", "ssh-agent",
    "ssh-argv0", "ssh-copy-id", "ssh-keygen", "ssh-keyscan", "sshd", "sshpass", "stat", "stdbuf", "strace",
    "stty", "su", "sudo", "sulogin", "sum", "swapoff", "swapon", "sync", "sysctl", "systemctl", "systemd",
    "tac", "tail", "tar", "taskset", "tc", "tcpdump", "tcpreplay", "tee", "telnet", "test", "tftp",
    "timedatectl", "timeout", "tload", "tmux", "top", "touch", "tr", "tracepath", "traceroute",
    "traceroute6", "true", "truncate", "tshark", "tsort", "tty", "tunctl", "tzselect", "uclampset", "ufw",
    "ul", "ulogd", "umount", "uname", "unbound", "uncompress", "unexpand", "uniq", "unlink", "unshare",
    "unzip", "uptime", "useradd", "userdel", "usermod", "vconfig", "vi", "vim", "vmstat", "vnstat", "vtysh",
    "w", "watch", "wc", "wg", "wg-quick", "wget", "whatis", "whereis", "who", "whoami", "whois", "wipefs",
    "wireshark", "wpa_supplicant", "write", "xargs", "xtables-addons", "xtables-monitor", "xxd", "yes",
    "zcat", "zegrep", "zfgrep", "zgrep", "zip", "zless", "zsh",
];

/// Whether a Debian machine has a command of this name.
pub(super) fn is_real(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| REAL.binary_search(&name).is_ok())
}

/// Programs that images have and a Debian machine has not. Sorted.
#[rustfmt::skip]
const OF_IMAGES: &[&str] = &[
    "apache2ctl", "apachectl", "apk", "busybox", "composer", "erl", "java", "mariadb", "mongo", "mongosh",
    "mysql", "mysqladmin", "nginx-debug", "php", "psql", "redis-benchmark", "redis-cli", "registry",
];

/// Whether an image may have a program of this name that is not simulated.
pub(crate) fn is_of_images(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| OF_IMAGES.binary_search(&name).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{OF_IMAGES, REAL};

    #[test]
    fn the_lists_are_sorted() {
        assert!(REAL.is_sorted());
        assert!(OF_IMAGES.is_sorted());
    }
}
