# 通过 XMPP 发送的安全通知。

xmpp-server = XMPP 服务器
xmpp-server-purpose = 应您的要求，将安全通知送往您使用的 XMPP 服务器。两台服务器都能读取通知内容。
xmpp-server-gets = 您的 XMPP 地址
xmpp-why-whose = 用于知道这是发给谁的消息。
xmpp-wording = 我同意 { $operator } 通过 XMPP 服务器 { $server } 将我账户的安全通知同时发送到我资料中的 XMPP 地址。该服务器和我的服务器能够读取这些通知。
xmpp-title = 通过 XMPP 接收安全通知
xmpp-effect = 安全通知将只通过邮件发送。尚在等待的消息不再发送。
xmpp-not-offered = 本服务的运营方不通过 XMPP 发送通知。
xmpp-no-address = 请先在资料中填写 XMPP 地址：通知将发送到那里。
xmpp-notices-what = 每当谁能进入您的账户发生变化时，您都会收到一封邮件，其中有冻结账户的链接。同样的内容也可以通过 XMPP 送达。
xmpp-notices-none = 您的资料中还没有 XMPP 地址。<a>填写一个</a>（在“即时通讯”一栏），之后会在此处询问您。
xmpp-notices-address = 发送到：<strong>{ $address }</strong>，即您资料中的第一个 XMPP 地址。<a>更改资料</a>
xmpp-notices-unproved = 没有人核实过该地址属于您。能读到消息的人会知道您在这里有账户以及账户发生了什么，可以用其中的链接冻结账户，但无法进入账户。
xmpp-notices-on = 已开启。可在上方“您同意的事项”中关闭。
xmpp-notices-withdraw = 您可随时在本页撤回。邮件无论如何都会发送。
xmpp-notices-give = 开启
xmpp-mail-on-subject = { $product } 的安全通知现在也通过 XMPP 发送
xmpp-mail-on = 已于 { $when } 设置：您账户的安全通知也发送到您资料中的 XMPP 地址。
xmpp-mail-off-subject = { $product } 的安全通知只通过邮件发送
xmpp-mail-off = 已于 { $when } 设置：您账户的安全通知只通过邮件发送，不再通过 XMPP 发送。
xmpp-mail-change = 登录后可在“隐私”页面更改。
