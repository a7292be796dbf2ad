// stand-in for the servers of images: serve whoami|nginx
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <signal.h>
int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  int whoami = argc > 1 && !strcmp(argv[1], "whoami");
  int s = socket(AF_INET6, SOCK_STREAM, 0), one = 1, zero = 0;
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in6 a = {0}; a.sin6_family = AF_INET6; a.sin6_port = htons(80);
  if (s < 0 || (setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero), bind(s, (void *)&a, sizeof a))) {
    s = socket(AF_INET, SOCK_STREAM, 0); setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in b = {0}; b.sin_family = AF_INET; b.sin_port = htons(80);
    if (bind(s, (void *)&b, sizeof b)) { perror("bind"); return 1; }
  }
  listen(s, 128);
  for (;;) {
    struct sockaddr_in6 p = {0}; socklen_t l = sizeof p;
    int c = accept(s, (void *)&p, &l);
    if (c < 0) continue;
    char buf[8192]; int n = 0, r;
    while (n < 8000 && (r = read(c, buf + n, 8000 - n)) > 0) { n += r; buf[n] = 0; if (strstr(buf, "\r\n\r\n")) break; }
    buf[n] = 0;
    char from[100], body[4000], head[1000]; int port; 
    if (p.sin6_family == AF_INET) { struct sockaddr_in *q = (void *)&p; inet_ntop(AF_INET, &q->sin_addr, from, 100); port = ntohs(q->sin_port); }
    else if (IN6_IS_ADDR_V4MAPPED(&p.sin6_addr)) { inet_ntop(AF_INET, p.sin6_addr.s6_addr + 12, from, 100); port = ntohs(p.sin6_port); }
    else { char t[80]; inet_ntop(AF_INET6, &p.sin6_addr, t, 80); snprintf(from, 100, "[%s]", t); port = ntohs(p.sin6_port); }
    if (n > 0) {
    if (whoami) {
      char h[100]; gethostname(h, 100);
      int k = snprintf(body, 4000, "Hostname: %s\n", h);
      struct ifaddrs *i, *j; getifaddrs(&i);
      for (int f = 0; f < 2; f++) for (j = i; j; j = j->ifa_next) { char t[80]; if (!j->ifa_addr) continue;
        if (!f && j->ifa_addr->sa_family == AF_INET) { inet_ntop(AF_INET, &((struct sockaddr_in *)j->ifa_addr)->sin_addr, t, 80); k += snprintf(body + k, 4000 - k, "IP: %s\n", t); }
        if (f && j->ifa_addr->sa_family == AF_INET6) { inet_ntop(AF_INET6, &((struct sockaddr_in6 *)j->ifa_addr)->sin6_addr, t, 80); k += snprintf(body + k, 4000 - k, "IP: %s\n", t); } }
      k += snprintf(body + k, 4000 - k, "RemoteAddr: %s:%d\n%s", from, port, buf);
      snprintf(head, 1000, "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: %d\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n", k);
    } else {
      strcpy(body, "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n");
      snprintf(head, 1000, "HTTP/1.1 200 OK\r\nServer: nginx/1.29.3\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", (int)strlen(body));
    }
    write(c, head, strlen(head));
    if (strncmp(buf, "HEAD", 4)) write(c, body, strlen(body));
    }
    shutdown(c, SHUT_WR); read(c, buf, 10); close(c);
  }
}
