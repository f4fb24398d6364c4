/**
 * The Japanese words of the sentences that findings, notes and changes are made of, by their English words. Each holds the
 * same values. Names of certificates, fields and products stay as they are.
 */

import { reasons } from '../reasons/ja.js';

const UPDATE = 'カスタムドメイン名を新しいトラストストアのバージョンに更新してください';
const SERVER_CERTIFICATE = '誤ってサーバー証明書を提示していないかも、クライアントに確認してください。';
const FROM_THE_CA =
  '証明書は CA から直接受け取り、クライアントからは受け取らないでください。同じ名前の CA は誰でも作れます。';

/** What evidence says: the values that were compared. */
const evidence: Readonly<Record<string, string>> = {
  'not after {0}': '有効期限 {0}',
  'not before {0}': '有効期間の開始 {0}',
  'checked at {0}': '確認した日時 {0}',
  'expired for {0}': '期限切れから {0}経過',
  'valid in {0}': '有効になるまで {0}',
  'issuer {0}': '発行者 {0}',
  'another issuer {0}': '別の発行者 {0}',
  'serial {0}': 'シリアル番号 {0}',
  'key {0}': '鍵 {0}',
  'accepted: {0}': '受け付けられるもの: {0}',
  'accepted: SHA-256 or stronger': '受け付けられるもの: SHA-256 以上',
  'accepted: RSA and ECDSA with SHA-256 or stronger': '受け付けられるもの: RSA または ECDSA と SHA-256 以上',
  'accepted: at most {0}, the root included': '受け付けられるもの: ルートを含めて最大 {0} 枚',
  'surely taken: {0}, the root included': '確実に受け付けられるもの: ルートを含めて {0} 枚まで',
  'signature algorithm {0}': '署名アルゴリズム {0}',
  'critical extension {0}': 'critical 拡張 {0}',
  'critical extension {0} (poison)': 'critical 拡張 {0}（poison）',
  'it marks a precertificate': 'プレ証明書であることを示す拡張です',
  'extension {0}: {1}': '拡張 {0}: {1}',
  'version {0} of X.509, and not 3': 'X.509 のバージョンが 3 ではなく {0}',
  '{0} bytes; up to {1} are taken': '{0} バイト（受け付けられるのは {1} バイトまで）',
  'key usage: {0}': '鍵用途（keyUsage）: {0}',
  'extended key usage: {0}': '拡張鍵用途（extendedKeyUsage）: {0}',
  'Netscape certificate type: {0}': 'Netscape 証明書タイプ: {0}',
  'basic constraints: CA false': '基本制約（basicConstraints）: CA false',
  'no basic constraints': '基本制約（basicConstraints）なし',
  none: 'なし',
  'needed: basic constraints CA true, and certificate signing wherever key usages are given':
    '必要なもの: 基本制約 CA true。鍵用途がある場合は keyCertSign も必要',
  'needed: client authentication (1.3.6.1.5.5.7.3.2) and digital signatures, wherever usages are given':
    '必要なもの: 用途がある場合はクライアント認証（1.3.6.1.5.5.7.3.2）とデジタル署名',
  'needed: client authentication (1.3.6.1.5.5.7.3.2), wherever purposes are given':
    '必要なもの: 用途がある場合はクライアント認証（1.3.6.1.5.5.7.3.2）',
  'it is a CA certificate: basic constraints CA true': 'CA 証明書です（基本制約 CA true）',
  '{0} is, by its name, a public CA': '{0} は、名前からするとパブリック CA です',
  '{0} issues for client authentication until {1}, other public CAs until {2} at the latest':
    '{0} によるクライアント認証用の発行は {1} まで、その他のパブリック CA も遅くとも {2} まで',
  '{0}, as every public CA, issues for client authentication until {1} at the latest':
    '{0} を含むすべてのパブリック CA で、クライアント認証用の発行は遅くとも {1} まで',
  '{0} above the client': 'クライアントより上に {0}',
  '{0} above the client or more': 'クライアントより上に {0}以上',
  '{0}: {1}': '{0}: {1}',
  'path length limit {0}': 'パス長の制限 {0}',
  'CAs below it: {0}': 'その下の CA の数: {0}',
  '{0} is not within what is permitted': '{0} は許可された範囲外です',
  '{0} is excluded': '{0} は除外されています',
  '{0} cannot be checked against the constraint': '{0} は制約と照合できません',
  '{0} are too many to be checked': '{0} は多すぎて確認できません',
  'constraint: {0}': '制約: {0}',
  'constrained by {0}': '制約している CA: {0}',
  '{0} from the client to {1}': 'クライアントから {1} まで {0}',
  'not looked at: revocation ({0})': '失効は確認していません（{0}）',
  'subject and issuer are the same': 'サブジェクトと発行者が同じです',
  'subject and issuer are the same, and it is signed with its own key':
    'サブジェクトと発行者が同じで、自身の鍵で署名されています',
  'subject and issuer are the same, so it passes for self-signed':
    'サブジェクトと発行者が同じため、自己署名とみなされます',
  'this very certificate is in the truststore': 'この証明書そのものがトラストストアにあります',
  'SHA-256 fingerprint {0} is not in the truststore': 'SHA-256 フィンガープリント {0} はトラストストアにありません',
  'signed by the CA of that name in the truststore: {0}': 'トラストストアにある同名の CA が署名: {0}',
  'in the truststore: {0}': 'トラストストアにある CA: {0}',
  'in the truststore: {0}, {1}, valid from {2}': 'トラストストアにある CA: {0}、{1}、有効期間の開始 {2}',
  'in the truststore, of the same name and key: {0}': 'トラストストアにある、同じ名前と鍵の証明書: {0}',
  'in the truststore, of the same name, with another key: {0}': 'トラストストアにある、同じ名前で鍵が異なる証明書: {0}',
  'presented by the client: {0}': 'クライアントが提示: {0}',
  'presented by the client, not in the truststore: {0}': 'クライアントが提示、トラストストアにはなし: {0}',
  'no CA of the truststore is related to it': '関連する CA はトラストストアにありません',
  'nearest in the truststore, {0}: {1}': 'トラストストアで最も近いもの（{0}）: {1}',
  'the same key under another name': '同じ鍵で名前が異なる',
  'another generation of it': '同じ CA の別の世代',
  'of the same organization': '同じ組織',
  'the CAs of this name in the truststore lead round in a circle and to no root':
    'トラストストアにある同名の CA は循環していて、ルートに至りません',
  "the client's own certificate is in the truststore, which only lets in a self-signed one":
    'クライアント自身の証明書がトラストストアにありますが、それで通るのは自己署名の場合だけです',
  'not readable in the truststore: the blocks in line {0}': 'トラストストアで読み取れないブロック: {0} 行目',
  'the truststore has more than {0} blocks; the rest was not read':
    'トラストストアのブロックが {0} を超えるため、残りは読んでいません',
  'line {0} of the truststore: {1}': 'トラストストアの {0} 行目: {1}',
  'its subject is {0}': 'そのサブジェクト {0}',
  'claims to be signed with the key {0}': '署名した鍵の識別子（証明書の記載） {0}',
  'claims to be signed by the certificate with the serial number {0}':
    '署名した CA 証明書のシリアル番号（証明書の記載） {0}',
  'it does not say which key of the issuer signed it': '発行者のどの鍵で署名したかの記載がありません',
  'the client claims the key identifier {0}': 'クライアントの主張する鍵識別子 {0}',
  'the client claims the serial number {0}': 'クライアントの主張するシリアル番号 {0}',
  'the client does not say with which key': '鍵についての記載なし',
  'the client presents one with the SHA-256 fingerprint {0}':
    'クライアントが提示した CA 証明書の SHA-256 フィンガープリント {0}',
  "the signature was made with the issuer's key, over other content":
    '署名は発行者の鍵によるものですが、内容が異なります',
  "authority key identifier {0} is the issuer's, its signature is not":
    '認証局鍵識別子 {0} は発行者のものですが、署名は発行者のものではありません',
  'authority key identifier {0}': '認証局鍵識別子 {0}',
  'key identifier of the issuer {0}': '発行者の鍵識別子 {0}',
  "issuer's serial number in the authority key identifier {0}": '認証局鍵識別子に記載された発行者のシリアル番号 {0}',
  'serial number of the issuer in the truststore {0}': 'トラストストアにある発行者のシリアル番号 {0}',
  'the authority key identifier names another issuer of the issuer':
    '認証局鍵識別子には発行者の別の発行者が記載されています',
  'issuer of the issuer in the truststore {0}': 'トラストストアにある発行者の発行者 {0}',
  'the root {0} is signed with its own key': 'ルート {0} は自身の鍵で署名されています',
  'signed with the key of {0}': '署名した鍵の持ち主: {0}',
  'the signature cannot be checked: {0}': '署名を検証できません: {0}',
  'more than {0} signatures or {1} steps': '署名が {0}、または手順が {1} を超過',
  'nothing in this certificate and this truststore explains that':
    'この証明書とこのトラストストアには、その理由となるものがありません',
  '{0} refused it with: {1}': '{0}の拒否理由: {1}',
  '{0}, which this does not explain: {1} may hold another version of the truststore':
    '{0}。この診断では説明がつかないため、{1}が別のバージョンのトラストストアを使っている可能性があります',
  'seen at this gateway on {0}: {1}': '{0} にこのゲートウェイで確認: {1}',
  'seen at this gateway on {0}: it let in {1} CA certificates; whether it follows more is not known':
    '{0} にこのゲートウェイで確認: CA 証明書 {1} 枚は通りました。それより多い場合は分かりません',
  'it refused a certificate of this kind that was made to find that out':
    '確認用に作った同じ種類の証明書を拒否しました',
  'it let in a certificate of this kind that was made to find that out': '確認用に作った同じ種類の証明書を通しました',
  "from the log's fields, not from the certificate": '証明書そのものではなく、ログの項目からの判定',
  "judged by the certificate of this serial number and these names that was kept from API Gateway's log":
    '同じシリアル番号と名前で API Gateway のログに残っていた証明書による判定',
  'no CA of that name is in the truststore': 'トラストストアにその名前の CA がありません',
  'known from {0}': '根拠: {0}',
  'likely, not documented by AWS: {0}': '推定（AWS の文書には記載なし）: {0}',
  'not known: {0}': '不明: {0}',
};

/** What remedies and changes say. */
const remedies: Readonly<Record<string, string>> = {
  'Renew the client certificate {0} (serial {1}): it expired {2} before, on {3}. Get the new one from {4}, install it where the client runs, and restart or reload the client.':
    'クライアント証明書 {0}（シリアル番号 {1}）を更新してもらってください。期限は {3} で、{2}前に切れています。新しい証明書を {4} から受け取り、クライアントが動いている場所に設定したうえで、クライアントを再起動または再読み込みする必要があります。',
  'Use the previous client certificate until {0}, {1} from the check, or have {2} issue one that is valid now. Check the clock of the machine that issued it.':
    '{0} まで（確認時点から {1}後）は以前のクライアント証明書を使うか、今すぐ有効な証明書を {2} に発行してもらってください。発行したマシンの時計も確認してください。',
  'Have {0} issue the client certificate {1} again with well-formed contents: {2}.':
    '{0} に、正しい形式でクライアント証明書 {1} を再発行してもらってください: {2}。',
  'Make a new key pair of RSA 2048 or EC P-256 for {0}; its key is {1}. {2} for that key.':
    '{0} 用に RSA 2048 または EC P-256 の新しい鍵ペアを作ってください（現在の鍵は {1}）。{2}',
  'Make a new key pair of EC P-256, EC P-384 or RSA 2048 for {0}; its {1} key is of a kind that {2} does not take. {3} for that key.':
    '{0} 用に EC P-256、EC P-384 または RSA 2048 の新しい鍵ペアを作ってください。現在の {1} の鍵は{2}が受け付けない種類です。{3}',
  'Let the client ask its CA for a new certificate':
    'その鍵の証明書を、クライアントから CA に依頼してもらってください。',
  'Have {0} issue the client certificate {1} again with SHA-256 or stronger; it was signed with {2}.{3}':
    '{0} に、クライアント証明書 {1} を SHA-256 以上で再発行してもらってください（現在の署名は {2}）。{3}',
  ' The key can stay.': '鍵はそのまま使えます。',
  'Have the client certificate {0} issued by a CA that signs with RSA or ECDSA and SHA-256 or stronger; it was signed with {1}.':
    'クライアント証明書 {0} を、RSA または ECDSA と SHA-256 以上で署名する CA から発行してもらってください（現在の署名は {1}）。',
  'Install the certificate that {0} issued for {1}: what the client presents is a precertificate, made for certificate transparency logs only and refused by everybody on purpose.':
    '{0} が {1} に発行した証明書を設定してもらってください。クライアントが提示しているのは、証明書の透明性ログ専用のプレ証明書で、意図的にどこでも拒否されます。',
  'Have {0} issue the client certificate {1} without the critical extension {2}, or with it marked as not critical.':
    '{0} に、critical 拡張 {2} のない証明書、または critical でない証明書として {1} を再発行してもらってください。',
  'Have {0} issue the client certificate {1} with fewer names and extensions: {2}.':
    '{0} に、名前や拡張を減らしてクライアント証明書 {1} を再発行してもらってください: {2}。',
  'Replace {0}.': '{0} を置き換えてください。',
  'the CA {0}': 'CA {0}',
  'Replace {0} in the truststore by a well-formed certificate: {1}.':
    'トラストストアの {0} を、正しい形式の証明書に置き換えてください: {1}。',
  'Replace {0} in the truststore by a smaller certificate: {1}.':
    'トラストストアの {0} を、より小さい証明書に置き換えてください: {1}。',
  'Add the renewed certificate of {0} to the truststore: this one expired {1} before, on {2}. If the CA kept its key and its name, certificates of its clients stay good, but for those that name this very certificate by issuer and serial number (DirName and serial in their authority key identifier): they must be issued again. Then {3}.':
    '{0} の更新された証明書をトラストストアに追加してください。現在のものは {2} に期限が切れています（{1}前）。CA の鍵と名前が変わっていなければ、クライアント証明書はそのまま使えます。ただし認証局鍵識別子の DirName と serial でこの証明書を指定しているものは再発行が必要です。追加したら、{3}。',
  'Keep the previous certificate of {0} in the truststore beside this one until {1}, {2} from the check.':
    '{1} まで（確認時点から {2}後）は、{0} の以前の証明書を新しいものと並べてトラストストアに残してください。',
  'Move the clients to a CA whose key {0} takes ({1}); {2} has {3}. Put the new CA into the truststore with all CAs up to its root.':
    '{0}が受け付ける鍵（{1}）の CA にクライアントを移行してください（{2} の鍵は {3}）。新しい CA は、ルートまでのすべての CA とともにトラストストアに追加してください。',
  'Replace {0} in the truststore by one signed with SHA-256 or stronger; this one was signed with {1}. Ask its issuer for it; with the same key, certificates of the clients stay good unless they name this one by issuer and serial number.':
    'トラストストアの {0} を、SHA-256 以上で署名されたものに置き換えてください（現在の署名は {1}）。その発行者に依頼してください。鍵が同じであれば、発行者とシリアル番号でこの証明書を指定しているものを除き、クライアント証明書はそのまま使えます。',
  'Replace {0} in the truststore by one signed with RSA or ECDSA and SHA-256 or stronger; this one was signed with {1}.':
    'トラストストアの {0} を、RSA または ECDSA と SHA-256 以上で署名されたものに置き換えてください（現在の署名は {1}）。',
  'Have the client certificates issued by a CA for client authentication; {0} may issue only for {1}.':
    'クライアント証明書を、クライアント認証用に発行できる CA から発行してもらってください。{0} が発行できるのは次の用途だけです: {1}。',
  'Replace {0} in the truststore by a certificate without the critical extension {1}, or with it marked as not critical.':
    'トラストストアの {0} を、critical 拡張 {1} のない証明書、または critical でない証明書に置き換えてください。',
  'Do not issue with {0}: it is no CA ({1}). Have the certificate below it issued by a real CA, or this one issued again as a CA with basic constraints CA true and key usage for certificate signing.':
    '{0} は CA ではないため、発行に使わないでください（{1}）。その下の証明書を正規の CA から発行してもらうか、この証明書を基本制約 CA true と証明書署名の鍵用途を持つ CA として再発行してもらってください。',
  'Nothing to do while it works. If {0} objects to the signature algorithm: {1}':
    '通っている間は対応不要です。{0}が署名アルゴリズムを理由に拒否した場合: {1}',
  "Have the client present a certificate that {0} or another CA issued to it: what it presents is a CA certificate itself, with the CA's key. If that is no mistake in the order of a chain file, the CA's private key is where it should not be.":
    '{0} または別の CA がクライアントに発行した証明書を提示してもらってください。現在提示しているのは CA 証明書そのもので、CA の鍵を使っています。チェーンファイルの順序の誤りでなければ、CA の秘密鍵があってはならない場所にあります。',
  "Move {0} to a private CA, such as AWS Private CA, and add that CA to the truststore: public CAs no longer issue for client authentication ({1}), so asking {2} again brings the same, or helps for one certificate. Check first that the client does not present a server's certificate by mistake.": `{0} を AWS Private CA などのプライベート CA に移行し、その CA をトラストストアに追加してください。パブリック CA はクライアント認証用の発行を終了します（{1}）。{2} に再発行を依頼しても同じ結果になるか、1 回しのげるだけです。${SERVER_CERTIFICATE}`,
  "Have {0} issue a certificate for client authentication; that of {1} allows only {2}. Check that the client does not present a server's certificate by mistake.": `{0} に、クライアント認証用の証明書を発行してもらってください。{1} の証明書が許可しているのは次の用途だけです: {2}。${SERVER_CERTIFICATE}`,
  'Have {0} get a certificate from a CA nearer to the root: there are {1} CAs above it, {2} follows {3}. A cross-certificate or a self-signed certificate of one of the upper CAs in the truststore shortens the chain as well.':
    '{0} の証明書を、ルートにより近い CA から発行してもらってください。上位の CA は {1} 枚ですが、{2}がたどるのは {3} 枚までです。上位の CA の相互認証証明書か自己署名証明書をトラストストアに入れても、チェーンを短くできます。',
  'Have the certificate issued nearer to {0}: that CA allows {1} below itself, and the path has {2}. Or put a certificate of that CA with a greater limit into the truststore.':
    '{0} により近い CA から証明書を発行してもらってください。この CA が下位に許可しているのは {1}ですが、パスには {2} あります。または、制限のより大きいこの CA の証明書をトラストストアに入れてください。',
  'Have the certificate {0} issued with names that {1} may give, or by another CA: {2}.':
    '証明書 {0} を、{1} に許可された名前で発行してもらうか、別の CA から発行してもらってください（{2}）。',
  'Compare this truststore with the version that the domain name uses: a new object in S3 is not in use until the domain name is updated to its version. If they are the same, look for a client that still presents an older certificate than this one, and for a refusal behind mutual TLS, such as an authorizer that pins or revokes certificates.':
    'このトラストストアを、ドメイン名が使用中のバージョンと比較してください。S3 の新しいオブジェクトは、ドメイン名をそのバージョンに更新するまで使われません。同じ場合は、この証明書より古いものを提示しているクライアントや、相互 TLS の後ろでの拒否（証明書を固定または失効させるオーソライザーなど）がないか確認してください。',
  'Compare this truststore with the one in use: to put a new bundle to use, {0}. If they are the same, look for a client that still presents an older certificate than this one, and for a revoked one.':
    'このトラストストアを、使用中のものと比較してください。新しいバンドルを使うには、{0}。同じ場合は、この証明書より古いものを提示しているクライアントや、失効した証明書がないか確認してください。',
  'Try it with one client before you rely on it: whether {0} takes {1} CAs above a client is not documented.':
    '本番で使う前に 1 クライアントで試してください。クライアントより上に {1} 枚の CA があるチェーンを{0}が受け付けるかどうかは、文書に記載がありません。',
  'Have the client use a certificate that a CA of the truststore issued: whether {0} lets in a self-signed client that is in the truststore is not documented.':
    'トラストストアの CA が発行した証明書をクライアントに使ってもらってください。トラストストアにある自己署名のクライアントを{0}が通すかどうかは、文書に記載がありません。',
  'Take cross-certificates that nobody needs out of the truststore: the CAs in it sign each other in more ways than can be followed.':
    '不要な相互認証証明書をトラストストアから取り除いてください。CA どうしの署名の組み合わせが多すぎて、たどりきれません。',
  'Replace the root {0} in the truststore by one whose authority key identifier is its own or left out: this root names another {1} than its own as its issuer, so it is not taken for a root. Ask the CA; the certificates below it can stay. {2}':
    'トラストストアのルート {0} を、認証局鍵識別子が自身のものか、記載のないものに置き換えてください。このルートは自身とは別の{1}を発行者としているため、ルートとして扱われません。CA に依頼してください。下位の証明書はそのまま使えます。{2}',
  key: '鍵',
  certificate: '証明書',
  'Have {0} issued again with the key identifier of its issuer, or add the certificate of {1} that has the key identifier {2}: the signature is right, but software that goes by the identifiers, such as OpenSSL, does not find the issuer. {3}':
    '{0} を発行者の鍵識別子に合わせて再発行してもらうか、鍵識別子 {2} を持つ {1} の証明書を追加してください。署名は正しいものの、OpenSSL など識別子で探すソフトウェアは発行者を見つけられません。{3}',
  'Keep the old CA certificate of {0}{1} beside the new one in the truststore while it is valid, or have {2} issued again: the CA was renewed with its key, and this certificate names the earlier one by issuer and serial number. {3}':
    '{0} の古い CA 証明書{1}を、有効な間は新しいものと並べてトラストストアに残すか、{2} を再発行してもらってください。CA は同じ鍵で更新されていますが、この証明書は以前のものを発行者とシリアル番号で指定しています。{3}',
  ' (serial {0})': '（シリアル番号 {0}）',
  'Then {0}.': 'そのうえで、{0}。',
  'Keep one certificate of {0} in the truststore, the one whose chain is complete: the gateway does not take a subject with two issuers for good, and may follow the wrong one.':
    'トラストストアには {0} の証明書のうち、チェーンの揃っている 1 枚だけを残してください。ゲートウェイは 1 つのサブジェクトに 2 つの発行者があることを認めず、誤った方をたどる可能性があります。',
  'Replace the certificate of the CA {0} in line {1} of the truststore by an intact copy: it is there and cannot be read ({2}). {3} Then {4}.':
    'トラストストアの {1} 行目にある CA {0} の証明書を、壊れていないものに置き換えてください。ファイルにはありますが読み取れません（{2}）。{3}そのうえで、{4}。',
  "Have {0} issue the client's certificate again under another subject than its own: client and CA are named alike, and without key identifiers nobody tells the client's certificate from a self-signed one.":
    '{0} に、CA 自身とは別のサブジェクトでクライアント証明書を再発行してもらってください。クライアントと CA の名前が同じで鍵識別子もないため、自己署名の証明書と区別できません。',
  'put exactly that one (SHA-256 {0}) into the truststore and {1}':
    'その証明書そのもの（SHA-256 {0}）をトラストストアに入れ、{1}',
  'update the domain name to the new version': 'カスタムドメイン名を新しいバージョンに更新してください',
  'If the client was renewed, {0}, beside the earlier certificate of the same name: a self-signed certificate lets in itself and no successor, even with the same key. {1}':
    'クライアントの証明書が更新された場合は、以前の同名の証明書と並べて、{0}。自己署名の証明書で通るのはその証明書だけで、鍵が同じでも後継の証明書は通りません。{1}',
  'Have the client use a certificate that a CA of the truststore issued. If the self-signed certificate {0} is meant, {1}.':
    'トラストストアの CA が発行した証明書をクライアントに使ってもらってください。自己署名の証明書 {0} を意図している場合は、{1}。',
  'Ask its owner for the fingerprint first: anybody can make a certificate of that name.':
    '先に持ち主にフィンガープリントを確認してください。同じ名前の証明書は誰でも作れます。',
  'Get it from the CA itself, never from the client: anybody can make a CA of that name.': FROM_THE_CA,
  'Ask the CA {0} whether it issued this certificate ({1}): anybody can make a CA of that name.':
    'この証明書（{1}）を発行したかどうかを、CA {0} に確認してください。同じ名前の CA は誰でも作れます。',
  '{0} If it did, put its earlier certificate back into the truststore beside the new one, and keep both until its clients are renewed, or have this client renew its certificate. Get it from the CA itself, never from the client. Then {1}.':
    '{0}発行していた場合は、以前の CA 証明書を新しいものと並べてトラストストアに戻し、クライアントの更新が終わるまで両方を残すか、このクライアントに証明書を更新してもらってください。証明書は CA から直接受け取り、クライアントからは受け取らないでください。そのうえで、{1}。',
  '{0} If it did, it has a new key under its old name: add its new certificate to the truststore, beside the old one while clients move over. Get it from the CA itself, never from the client. Then {1}.':
    '{0}発行していた場合は、同じ名前のまま鍵が新しくなっています。クライアントの移行が終わるまで、新しい CA 証明書を古いものと並べてトラストストアに追加してください。証明書は CA から直接受け取り、クライアントからは受け取らないでください。そのうえで、{1}。',
  "Replace the client's copy of {0} by the certificate as {1} issued it: the content was changed after signing, by damage in transit or on purpose. If the client has an intact copy, treat this as an attempt to forge one.":
    'クライアントの {0} を、{1} が発行したままの証明書に置き換えてもらってください。署名後に内容が変わっています（途中での破損または意図的な改変）。クライアントの手元の証明書が壊れていなければ、偽造の試みとして扱ってください。',
  'Replace {0} in the truststore by the certificate as {1} issued it: the content was changed after signing. Compare SHA-256 fingerprints with the CA; this copy has {2}.':
    'トラストストアの {0} を、{1} が発行したままの証明書に置き換えてください。署名後に内容が変わっています。SHA-256 フィンガープリントを CA と照合してください（この証明書は {2}）。',
  'Add the intermediate CA {0} to the truststore': '中間 CA {0} をトラストストアに追加してください',
  'If clients of {0} are to be let in, add the intermediate CA {1} to the truststore':
    '{0} のクライアントを受け入れる場合は、中間 CA {1} をトラストストアに追加してください',
  'the gateway needs every CA up to the root there, whatever the client presents':
    'クライアントが何を提示しても、ゲートウェイにはルートまでのすべての CA がトラストストアに必要です',
  'it is not documented that {0} takes it from the client':
    'クライアントが提示したものを{0}が使うとは、文書に記載がありません',
  '{0}: {1}. {2} Then {3}.': '{0}。{1}。{2}そのうえで、{3}。',
  'Decide whether clients of {0} are to be let in. If so, add the CA {1} and every CA above it up to its root to the truststore. {2} Then {3}.':
    '{0} のクライアントを受け入れるかどうかを決めてください。受け入れる場合は、CA {1} とルートまでのすべての上位 CA をトラストストアに追加してください。{2}そのうえで、{3}。',
  'Decide whether clients of {0} are to be let in. If so, add that CA and every CA above it up to its root to the truststore. Get it from the CA itself, never from the client: anybody can make a CA of that name. Then {1}.': `{0} のクライアントを受け入れるかどうかを決めてください。受け入れる場合は、その CA とルートまでのすべての上位 CA をトラストストアに追加してください。${FROM_THE_CA}そのうえで、{1}。`,
  'Have {0} get a certificate from a CA nearer to the root: there are {1} CAs above it, {2} follows {3}.':
    '{0} に、ルートにより近い CA から証明書を取得してもらってください。上位の CA が {1} 枚あり、{2}がたどるのは {3} 枚までです。',
  'its CA': '発行元の CA',
  'The log of {0} holds no certificate, and what it says of it does not explain the refusal.':
    '{0}のログには証明書がなく、ログの項目からは拒否の理由が分かりません。',
  'The certificate is within its validity.': '証明書は有効期間内です。',
  'The log does not say the validity.': '有効期間はログにありません。',
  "CAs of its issuer's name are in the truststore, as they should be.":
    '発行者の名前の CA はトラストストアに正しく登録されています。',
  'The log does not say the issuer.': '発行者はログにありません。',
  'No truststore is named for this place.': 'この接続先のトラストストアは設定されていません。',
  'Complete the chain of {0}, which is in the truststore without its issuer: add {1} and every CA above it up to the self-signed root. {2} Then {3}.':
    'トラストストアに発行者なしで登録されている {0} のチェーンを揃えてください。{1} と、自己署名のルートまでのすべての上位 CA を追加してください。{2}そのうえで、{3}。',
  ' The truststore has the same key under the name {0}: ask the CA for its certificate under the other name.':
    'トラストストアには同じ鍵の CA が {0} という名前で登録されています。もう一方の名前の証明書を CA に依頼してください。',
  'Have {0} issued again: neither its signature nor the key of {1} can be used.':
    '{0} を再発行してもらってください。その署名も {1} の鍵も使えません。',
  "Get the client's certificate as a PEM file from its owner: what is there is no X.509 certificate that can be read ({0}). In a log, check that the access log format holds the whole $context.identity.clientCert.clientCertPem.":
    'クライアントの証明書を PEM ファイルで持ち主から受け取ってください。手元のものは X.509 証明書として読み取れません（{0}）。ログの場合は、アクセスログの形式に $context.identity.clientCert.clientCertPem 全体が含まれているか確認してください。',
  'Nothing to do while this gateway takes it, as it did on {0}; other gateways may not.':
    '{0} に確認したとおりこのゲートウェイが受け付けている間は、対応不要です。他のゲートウェイでは受け付けられない可能性があります。',
  'Refusals began {0} after truststore version {1} replaced {2}.':
    'トラストストアのバージョン {1} が {2} を置き換えてから {0}後に拒否が始まりました。',
  '{0} Both hold the same certificates.': '{0}どちらのバージョンも同じ証明書を含んでいます。',
  ' In {0} and not in {1}: {2}.': '{0} にあって {1} にないもの: {2}。',
  ' New in {0}: {1}.': '{0} で追加されたもの: {1}。',
  'without a version id': 'バージョン ID なし',
  'The access log holds no readable certificate of these clients.':
    'アクセスログに、これらのクライアントの読み取れる証明書がありません。',
  'The logged certificate cannot be read: {0}.': 'ログに残った証明書を読み取れません: {0}。',
  'Nothing: this is a test of mtls-watch, no certificate was refused.':
    '対応は不要です。これは mtls-watch のテストで、拒否された証明書はありません。',
  'a test': 'テスト',
  'Nothing that was refused in this incident is kept any more.':
    'このインシデントで拒否されたものの記録は、もう残っていません。',
};

/** How a front door's own reason is called, and what it means where nothing here explains it. */
const refusals: Readonly<Record<string, string>> = {
  'issuer not found': reasons['issuer-not-found'].title,
  'insecure signature algorithm': reasons['insecure-signature-algorithm'].title,
  'self-signed': reasons['self-signed'].title,
  'self-signed certificate in the chain': reasons['self-signed-in-chain'].title,
  'certificate has expired': reasons.expired.title,
  'certificate is not yet valid': reasons['not-yet-valid'].title,
  'chain too long': reasons['chain-too-long'].title,
  'signature failure': reasons['signature-failure'].title,
  'invalid CA certificate': reasons['invalid-ca'].title,
  'path length exceeded': reasons['path-length-exceeded'].title,
  'unsupported purpose': reasons['unsupported-purpose'].title,
  'unhandled critical extension': reasons['unhandled-critical-extension'].title,
  'key too weak': reasons['weak-key'].title,
  'certificate not trusted': reasons.untrusted.title,
  'client sends no certificate': reasons['no-client-certificate'].title,
  'certificate too large': reasons['certificate-too-large'].title,
  'certificate invalid': reasons['invalid-certificate'].title,
  'kind of certificate not supported': reasons['unsupported-certificate'].title,
  'certificate revoked': reasons.revoked.title,
  'revocation could not be checked': reasons['revocation-check-failed'].title,
  'rejected by validation': reasons.rejected.title,
  'denied by the connection function': reasons['denied-by-function'].title,
  'connection function failed': reasons['function-failed'].title,
  '“{0}”': '「{0}」',
  'a reason that is not known here': 'ここでは知られていない理由',
  'Believe {0}: it sees what is not in this truststore or checks what is not known here.':
    '{0}の判断を信じてください。このトラストストアにはないものが見えているか、ここでは知られていない項目を確認しています。',
  'Believe {0}: it did not find an issuer that this truststore has, so it works with another version of the truststore.':
    '{0}の判断を信じてください。このトラストストアにある発行者を見つけられなかったので、別のバージョンのトラストストアで動作しています。',
  'Believe {0}: everything here is within its validity, so its version of the truststore holds an older certificate of one of these CAs.':
    '{0}の判断を信じてください。ここではすべて有効期間内なので、そのトラストストアにはいずれかの CA の古い証明書があります。',
  'Believe {0}: everything here is valid already, so its version of the truststore holds another certificate of one of these CAs.':
    '{0}の判断を信じてください。ここではすべて有効期間が始まっているので、そのトラストストアにはいずれかの CA の別の証明書があります。',
  'Believe {0}: every signature here is SHA-256 or stronger, so its version of the truststore holds an older certificate of one of these CAs.':
    '{0}の判断を信じてください。ここではすべての署名が SHA-256 以上なので、そのトラストストアにはいずれかの CA の古い証明書があります。',
  'Believe {0}: it takes for self-signed what is none here, so the client presented another certificate than the one that was logged, or the truststore of {0} lacks it.':
    '{0}の判断を信じてください。ここでは自己署名でないものを自己署名とみなしているので、ログに残ったものとは別の証明書が提示されたか、{0}のトラストストアにその証明書がありません。',
};

/** Parts of sentences, with nothing but places, or numbers of things. */
const parts: Readonly<Record<string, string>> = {
  '{0} {1}': '{0}{1}',
  '{0}{1}': '{0}{1}',
  '{0}{1}{2}': '{0}{1}{2}',
  '{0}; {1}': '{0}、{1}',
  '{0} ({1})': '{0}（{1}）',
  '{0} (serial {1})': '{0}（シリアル番号 {1}）',
  '{0} (serial {1}, key identifier {2}, valid {3} to {4})':
    '{0}（シリアル番号 {1}、鍵識別子 {2}、有効期間 {3} から {4} まで）',
  '{0} minute': '{0} 分',
  '{0} minutes': '{0} 分',
  '{0} hour': '{0} 時間',
  '{0} hours': '{0} 時間',
  '{0} day': '{0} 日',
  '{0} days': '{0} 日',
  '{0} CA': 'CA {0} 枚',
  '{0} CAs': 'CA {0} 枚',
  '{0} CA certificate': 'CA 証明書 {0} 枚',
  '{0} CA certificates': 'CA 証明書 {0} 枚',
  '{0} certificate': '証明書 {0} 枚',
  '{0} certificates': '証明書 {0} 枚',
  '{0} other': '他 {0} 件',
  '{0} others': '他 {0} 件',
  'the client': 'クライアント',
};

/** Front doors, what each takes, and where a rule is known from. */
const doors: Readonly<Record<string, string>> = {
  'the gateway': 'ゲートウェイ',
  'the load balancer': 'ロードバランサー',
  CloudFront: 'CloudFront ',
  'update the domain name to the new truststore version': UPDATE,
  'update the trust store in CloudFront from the new bundle, which it reads only then':
    '新しいバンドルで CloudFront のトラストストアを更新してください。更新したときにしか読み込まれません',
  'replace the bundle of the trust store (aws elbv2 modify-trust-store)':
    'トラストストアのバンドルを置き換えてください（aws elbv2 modify-trust-store）',
  'RSA 2048 or longer, EC P-256, EC P-384': 'RSA 2048 以上、EC P-256、EC P-384',
  'RSA 2048, 3072 or 4096, EC P-256, EC P-384': 'RSA 2048・3072・4096、EC P-256、EC P-384',
  'RSA 2048 to 8192, EC P-256, EC P-384, EC P-521': 'RSA 2048〜8192、EC P-256、EC P-384、EC P-521',
  'a bound of this tool': 'このツールの上限',
  'OpenSSL, X509_check_akid; AWS says that names and keys must chain, and not how':
    'OpenSSL の X509_check_akid。AWS は名前と鍵がつながることを求めていますが、方法には触れていません',
  'a published test on a real gateway; AWS says four certificates in its paragraph on the truststore':
    '実際のゲートウェイでの公開された試験。AWS はトラストストアの項で 4 枚と記載しています',
  'a published test on a real gateway': '実際のゲートウェイでの公開された試験',
  "AWS's pages give no size for API Gateway": 'AWS の文書には API Gateway の上限の記載がありません',
  "AWS's pages on API Gateway are silent on versions; OpenSSL takes the others":
    'AWS の API Gateway の文書にはバージョンの記載がありません。OpenSSL は他のバージョンも受け付けます',
  'OpenSSL, crypto/x509/v3_purp.c': 'OpenSSL の crypto/x509/v3_purp.c',
  'OpenSSL, check_ca in crypto/x509/v3_purp.c': 'OpenSSL の check_ca（crypto/x509/v3_purp.c）',
  'OpenSSL, check_extensions in crypto/x509/x509_vfy.c': 'OpenSSL の check_extensions（crypto/x509/x509_vfy.c）',
  "not among AWS's documented checks for API Gateway (ALB and CloudFront have one); OpenSSL and s2n refuse":
    'AWS の文書では API Gateway の確認項目に含まれていません（ALB と CloudFront にはあります）。OpenSSL と s2n は拒否します',
  'OpenSSL, check_purpose_ssl_client in crypto/x509/v3_purp.c; s2n refuses as well':
    'OpenSSL の check_purpose_ssl_client（crypto/x509/v3_purp.c）。s2n も拒否します',
  'OpenSSL, check_purpose_ssl_client in crypto/x509/v3_purp.c':
    'OpenSSL の check_purpose_ssl_client（crypto/x509/v3_purp.c）',
  'OpenSSL, crypto/x509/v3_ncons.c': 'OpenSSL の crypto/x509/v3_ncons.c',
  "AWS's pages are silent on it; OpenSSL takes it": 'AWS の文書には記載がなく、OpenSSL は受け付けます',
  "AWS's pages disagree: P-256 or P-384 for REST APIs, 256 bits or stronger for HTTP APIs":
    'AWS の文書どうしで異なります（REST API は P-256 か P-384、HTTP API は 256 ビット以上）',
  'what remains': '残りの場合',
  "AWS's page on mutual TLS for REST APIs": 'AWS の REST API の相互 TLS の文書',
  "AWS's pages are silent on self-signed clients in a trust store":
    'AWS の文書には、トラストストアにある自己署名のクライアントの記載がありません',
  "AWS's pages are silent on whether CAs that the client sends complete a chain":
    'AWS の文書には、クライアントが送る CA がチェーンを補うかどうかの記載がありません',
  "AWS's pages are silent on whether a chain may end at a CA that is no root":
    'AWS の文書には、ルートでない CA でチェーンが終わってよいかどうかの記載がありません',
  "AWS's pages are silent on a usage for any purpose": 'AWS の文書には、任意の用途の記載がありません',
  "AWS's pages are silent on the extended key usage of CAs": 'AWS の文書には、CA の拡張鍵用途の記載がありません',
  "AWS's pages are silent on Netscape's certificate type": 'AWS の文書には、Netscape 証明書タイプの記載がありません',
  'OpenSSL, crypto/x509/x509_vfy.c; AWS speaks of expired clients only':
    'OpenSSL の crypto/x509/x509_vfy.c。AWS が触れているのは期限切れのクライアントだけです',
  'OpenSSL, crypto/x509/x509_vfy.c; AWS speaks of clients only':
    'OpenSSL の crypto/x509/x509_vfy.c。AWS が触れているのはクライアントだけです',
  "AWS's pages are silent on one subject with two issuers":
    'AWS の文書には、1 つのサブジェクトに 2 つの発行者がある場合の記載がありません',
  "AWS's page on certificate revocation in CloudFront: it is, by OCSP where the trust store has it on, or by a connection function":
    'AWS の CloudFront の証明書失効の文書では、トラストストアで OCSP が有効な場合、または接続関数によって確認されます',
  "AWS's quotas for Application Load Balancers say a depth of 4, and not whether the client's own certificate counts":
    'AWS の Application Load Balancer のクォータでは深さ 4 ですが、クライアント自身の証明書を含むかどうかの記載がありません',
  "AWS's page on mutual TLS for Application Load Balancers: it is, by the revocation lists of the trust store, where it has any":
    'AWS の Application Load Balancer の相互 TLS の文書では、トラストストアに失効リストがあればそれで確認されます',
};

/** Purposes, and what makes a certificate unreadable; other details of a parser stay as it says them, as a quotation. */
const details: Readonly<Record<string, string>> = {
  'any purpose, without client authentication by name': '任意の用途（クライアント認証の明記なし）',
  'server authentication': 'サーバー認証',
  'code signing': 'コード署名',
  'mail protection': 'メール保護',
  'time stamping': 'タイムスタンプ',
  'OCSP signing': 'OCSP 署名',
  'the signature algorithm inside differs from the one outside': '署名アルゴリズムの記載が内側と外側で異なります',
  'not valid ASN.1: cut short': 'ASN.1 として不正（途中で切れています）',
  'a certificate has three parts': '証明書の 3 つの部分が揃っていません',
  'the certificate body lacks a field': '証明書本体の項目が不足しています',
  'unknown field in the certificate body': '証明書本体に不明な項目があります',
  'unknown version': '不明なバージョンです',
  'time is missing or of the wrong type': '日時がないか、型が不正です',
  'time of the wrong form': '日時の形式が不正です',
  'time that does not exist': '存在しない日時です',
  'RSASSA-PSS parameters of the wrong type': 'RSASSA-PSS のパラメーターの型が不正です',
  'number out of range': '数値が範囲外です',
  'RSA modulus is not positive': 'RSA の法が正の数ではありません',
  'attribute without a value': '値のない属性があります',
  'tag not in its shortest form': 'タグが最短の形式ではありません',
  'tag number too large or not in its shortest form': 'タグ番号が大きすぎるか、最短の形式ではありません',
  'indefinite length, which DER forbids': 'DER で禁止されている不定長です',
  'length longer than anything that is read': '長さが大きすぎます',
  'length not in its shortest form': '長さが最短の形式ではありません',
  'object identifier too long': 'オブジェクト識別子が長すぎます',
  'object identifier with a padded arc': 'オブジェクト識別子に余分なバイトがあります',
  'object identifier cut short': 'オブジェクト識別子が途中で切れています',
  'boolean of the wrong length': '真偽値の長さが不正です',
  'bit string cut short': 'ビット列が途中で切れています',
  'bit string with a wrong count of unused bits': 'ビット列の未使用ビット数が不正です',
  'bit string that ends within an octet': 'ビット列がバイトの途中で終わっています',
  'text that is not valid UTF-8': 'UTF-8 として不正な文字列です',
  'text cut within a character': '文字列が文字の途中で切れています',
  'text with a character that does not exist': '存在しない文字を含む文字列です',
  'key usage that allows nothing': '何も許可しない鍵用途です',
  'basic constraints with too many fields': '基本制約の項目が多すぎます',
  'subtree without a base': '名前制約のサブツリーに基準がありません',
  'CRL distribution point with an unknown field': 'CRL 配布ポイントに不明な項目があります',
  'CRL distribution point with an unknown kind of name': 'CRL 配布ポイントに不明な種類の名前があります',
  'general name of an unknown kind': '不明な種類の名前（GeneralName）があります',
  'general name of the wrong form': '名前（GeneralName）の形式が不正です',
  'other name without its value': '値のない otherName があります',
  'the BEGIN line is cut short': 'BEGIN 行が途中で切れています',
  'no END line: cut short': 'END 行がなく、途中で切れています',
  'not base64': 'Base64 として不正です',
  'the block is empty': 'ブロックが空です',
  'public key': '公開鍵',
  signature: '署名',
  'signature algorithm': '署名アルゴリズム',
  extensions: '拡張',
  'given twice': '2 回記載されています',
};

export const phrases: Readonly<Record<string, string>> = {
  ...{ ...evidence, ...remedies, ...refusals },
  ...{ ...parts, ...doors, ...details },
};
