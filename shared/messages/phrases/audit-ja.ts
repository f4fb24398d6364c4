/**
 * The Japanese words of what only `audit` says, by their English words, as in `ja.ts`. They stand apart, because alerts need
 * none of them: the functions do not load them.
 */

const FROM_THE_START = '行頭を # などの別の文字にするか、その行を削除してください。';

/** The file as a whole, and its blocks. */
const file: Readonly<Record<string, string>> = {
  'the same certificate as in line {0}': '{0} 行目と同じ証明書',
  'Leave it, or take the repetition of {0} out: it changes nothing.':
    'このままでも、{0} の重複を削除しても構いません。動作は変わりません。',
  'Replace the block by the certificate as its CA published it: it cannot be read ({0}).':
    'ブロックを、CA が公開しているとおりの証明書に置き換えてください。読み取れません（{0}）。',
  '{0} outside of any block, base64 among them': 'ブロックの外に {0}（Base64 を含む）',
  'Give the base64 from line {0} on its BEGIN and END lines, or take it out: it looks like a certificate that lost them, and nothing reads it.':
    '{0} 行目からの Base64 に BEGIN 行と END 行を付けるか、削除してください。これらの行を失った証明書のように見え、どこからも読み取られません。',
  '{0} outside of any block': 'ブロックの外に {0}',
  'Leave the text in line {0} if it is a comment.': '{0} 行目の文字列は、コメントであればこのままで構いません。',
  'Take the private key in line {0} out, delete every version of the object that has it, and replace the key: whoever can read the truststore has it.':
    '{0} 行目の秘密鍵を削除し、それを含むオブジェクトのバージョンもすべて削除したうえで、鍵を新しくしてください。トラストストアを読める人は誰でもその鍵を入手できます。',
  'Put the certificate that the CA made of this request in its place: a request lets nobody in.':
    'この署名要求から CA が発行した証明書に置き換えてください。署名要求では誰も通りません。',
  'Take the block out: a truststore holds certificates only.':
    'ブロックを削除してください。トラストストアに入れるのは証明書だけです。',
  'no certificate could be read': '読み取れる証明書がありません',
  'Put the CA certificates into the file as PEM blocks, {0} to {1}.':
    'CA 証明書を PEM ブロック（{0} から {1} まで）としてファイルに入れてください。',
  'accepted: at most {0}': '受け付けられるもの: 最大 {0}',
  'Take CAs that no client uses, and repetitions, out: {0} does not take the truststore.':
    'どのクライアントも使わない CA と重複を削除してください。このままでは{0}がトラストストアを受け付けません。',
  'accepted: at most 1 MB, {0} bytes': '受け付けられるもの: 最大 1 MB（{0} バイト）',
  'accepted: at most {0} bytes': '受け付けられるもの: 最大 {0} バイト',
  '{0} bytes': '{0} バイト',
  'Take comments, and CAs that no client uses, out: {0} does not take the truststore.':
    'コメントと、どのクライアントも使わない CA を削除してください。このままでは{0}がトラストストアを受け付けません。',
  'subjects of {0} characters together': 'サブジェクトの合計 {0} 文字',
  'Take CAs that no client uses out, or have the quota raised: {0} does not take the truststore.':
    'どのクライアントも使わない CA を削除するか、クォータの引き上げを依頼してください。このままでは{0}がトラストストアを受け付けません。',
  'more than {0} blocks': '{0} を超えるブロック',
  'Take CAs that no client uses out: the rest of the file was not looked at.':
    'どのクライアントも使わない CA を削除してください。ファイルの残りは確認していません。',
  'documented: {0}': '文書の記載: {0}',
  'Take out blank lines, and all text between the blocks but comments that begin with # and hold no -; this is the first such line, and {0} asks for that form.':
    '空行と、ブロックの間の文字列（# で始まり - を含まないコメントを除く）を削除してください。該当する最初の行を示しています。{0}はこの形式を求めています。',
  'a blank line': '空行',
  'text that does not begin with #': '# で始まらない文字列',
  'a comment that holds -': '- を含むコメント',
  'the same in {0}, this one the first': '同じものが {0}。これが最初です',
  'API Gateway': ' API Gateway ',
  "AWS's quotas on mTLS and trust stores of CloudFront; AWS's page on trust stores of CloudFront":
    'AWS の CloudFront の mTLS とトラストストアのクォータ、トラストストアの文書',
  "AWS's quotas for Application Load Balancers; AWS's page on mutual TLS for Application Load Balancers":
    'AWS の Application Load Balancer のクォータ、相互 TLS の文書',
  '{0} character': '{0} 文字',
  '{0} characters': '{0} 文字',
  '{0} place': '{0} か所',
  '{0} places': '{0} か所',
};

/** Its certificates. */
const certificates: Readonly<Record<string, string>> = {
  'Keep one self-signed certificate of {0}, or have each client take a name of its own: an issuer is looked up by its name, and a self-signed client is its own issuer, so that the wrong one may be compared and the client refused.':
    '{0} の自己署名証明書を 1 枚だけ残すか、クライアントごとに別の名前にしてもらってください。発行者は名前で検索され、自己署名のクライアントは自身が発行者なので、別の証明書と照合されて拒否される可能性があります。',
  'more than {0} signatures': '{0} を超える署名',
  'Take cross-certificates that nobody needs out of the truststore; not every chain was followed.':
    '不要な相互認証証明書をトラストストアから取り除いてください。すべてのチェーンはたどれていません。',
  'Keep {0} only if that very client is meant: a self-signed certificate in the truststore lets in its holder and nobody else.':
    '{0} は、そのクライアント自身を意図している場合にだけ残してください。トラストストアの自己署名証明書で通るのは、その持ち主だけです。',
  'Take the certificate in line {0} out: {1} is no CA, and its certificate here lets nobody in, not even its holder.':
    '{0} 行目の証明書を削除してください。{1} は CA ではなく、ここにあっても持ち主を含めて誰も通りません。',
  'a leaf: the certificate of a client or a server, and of no CA':
    'CA ではなく、クライアントまたはサーバーの証明書（リーフ）です',
  'issued by {0}': '発行者 {0}',
  '{0} Its holder is let in by the CA that issued it, {1}; put that CA here, with every CA up to its root.':
    '{0}持ち主を通すのは、それを発行した CA {1} です。その CA を、ルートまでのすべての CA とともにここに入れてください。',
  '{0} Its holder is let in by the CA that issued it, {1}, which is in line {2}.':
    '{0}持ち主を通すのは、それを発行した CA {1}（{2} 行目）です。',
  'in {0}': '残り {0}',
  'Get the renewed certificate of {0} from its CA and add it to the truststore before {1}, in {2}: from then on every client below it is refused.':
    '{0} の更新された証明書を CA から受け取り、{1}（残り {2}）までにトラストストアに追加してください。それ以降は、その下のクライアントがすべて拒否されます。',
  '{0} CA certificates above a client': 'クライアントより上に CA 証明書 {0} 枚',
  'Do not issue clients under {0}: with it there are {1} CAs above them, {2} follows {3}. Let them use a CA nearer to the root.':
    '{0} の下ではクライアント証明書を発行しないでください。上位の CA が {1} 枚になり、{2}がたどるのは {3} 枚までです。ルートにより近い CA を使ってください。',
  'Keep one certificate of {0}, the one whose chain is complete: the gateway does not take a truststore in which one subject comes with two issuers.':
    '{0} の証明書は、チェーンの揃っている 1 枚だけを残してください。1 つのサブジェクトに 2 つの発行者があるトラストストアを、ゲートウェイは受け付けません。',
};

/** Other formats than PEM. */
const containers: Readonly<Record<string, string>> = {
  gzip: 'gzip 圧縮ファイル',
  'a zip archive': 'zip アーカイブ',
  'Save it as UTF-8: {0}': 'UTF-8 で保存してください: {0}',
  'a PKCS#7 bundle (.p7b, .p7c) in DER, binary, and not PEM':
    'PEM ではなく、DER（バイナリ）の PKCS#7 バンドル（.p7b、.p7c）',
  'Convert it: {0}': '変換してください: {0}',
  'a PKCS#12 keystore (.p12, .pfx)': 'PKCS#12 キーストア（.p12、.pfx）',
  'Take its certificates out, without the key: {0} (with {1} where OpenSSL 3 refuses it)':
    '鍵を除いて証明書を取り出してください: {0} （OpenSSL 3 が拒否する場合は {1} を付けます）',
  'a private key in DER, binary': 'DER（バイナリ）の秘密鍵',
  'Take it away from here, and give the certificate: whoever can read this file has the key.':
    'ここから取り除き、代わりに証明書を指定してください。このファイルを読める人は誰でもその鍵を入手できます。',
  'DER, binary, and no certificate': '証明書ではない DER（バイナリ）',
  'Ask the CA for its certificates in PEM.': 'PEM 形式の証明書を CA に依頼してください。',
  'a certificate in DER, binary, and not PEM': 'PEM ではなく、DER（バイナリ）の証明書',
  '{0} certificates in DER, binary, one behind the other, and not PEM':
    'PEM ではなく、DER（バイナリ）の証明書が {0} 枚続いたもの',
  'Convert each from its own file with {0}, or all: {1}':
    'ファイルごとに {0} で変換するか、一括で変換してください: {1}',
  'a Java keystore ({0})': 'Java キーストア（{0}）',
  'Take its certificates out: {0}': '証明書を取り出してください: {0}',
  '{0}, and not PEM': 'PEM ではなく{0}',
  'Unpack it: {0}': '展開してください: {0}',
  'base64 without BEGIN and END lines': 'BEGIN 行と END 行のない Base64',
  'a PKCS#7 bundle ({0})': 'PKCS#7 バンドル（{0}）',
  "a certificate in OpenSSL's own form with trust settings ({0}): Java and the gateway do not read it":
    'OpenSSL 独自の信頼設定付きの証明書（{0}）。Java とゲートウェイは読み取りません',
  'Convert it, each block from a file of its own: {0}': 'ブロックごとに別のファイルにして変換してください: {0}',
};

/** Blocks that are not read by every reader. */
const damages: Readonly<Record<string, string>> = {
  'Take the certificate from its CA once more, and put it in place of this block.':
    '証明書を CA からもう一度受け取り、このブロックと置き換えてください。',
  'its line breaks are written as {0}, as in JSON': '改行が JSON のように {0} と書かれています',
  'Turn them into line breaks: {0}': '改行に変換してください: {0}',
  'its lines end with a carriage return alone': '行末が復帰文字（CR）だけです',
  'Let them end with a line feed: {0}': '行末を改行文字（LF）にしてください: {0}',
  'the END line of one block and the BEGIN line of the next are one line':
    'END 行と次のブロックの BEGIN 行が 1 行につながっています',
  'Put a line break between them; cat puts none between files that end without one: {0}':
    '間に改行を入れてください。末尾に改行のないファイルを cat でつなげると、改行は入りません: {0}',
  'BEGIN line, base64 and END line are one line': 'BEGIN 行、Base64、END 行が 1 行につながっています',
  'Put each on a line of its own: {0}': 'それぞれを別の行にしてください: {0}',
  'white space stands in front of the mark': 'BEGIN 行または END 行の前に空白があります',
  'Take it out: {0}': '取り除いてください: {0}',
  'Write the line as {0}, with five hyphens on both sides, and nothing else on it.':
    'その行を {0} としてください。両側のハイフンは 5 つずつで、ほかには何も書けません。',
  'a byte order mark stands in front of the BEGIN line: Java and older versions of OpenSSL do not see the line':
    'BEGIN 行の前にバイトオーダーマークがあります。Java と古い OpenSSL はこの行を認識しません',
  'text in UTF-16, as PowerShell writes it, or UTF-32; expected UTF-8 or ASCII':
    'PowerShell が書き出すような UTF-16、または UTF-32 の文字列です。必要なのは UTF-8 か ASCII です',
  'Save this part as UTF-8: {0} and {1} of PowerShell write UTF-16 behind whatever is there.':
    'この部分を UTF-8 で保存してください。PowerShell の {0} と {1} は、既存の内容の後に UTF-16 で書き込みます。',
  'an END line without its BEGIN line': 'BEGIN 行のない END 行',
  'Put {0} in front of its certificate, or take the line out.':
    'その証明書の前に {0} を入れるか、この行を削除してください。',
  'the block before it has no END line, and takes this one with it':
    '前のブロックに END 行がなく、このブロックまで含まれています',
  'Give the block before it its END line, {0}.': '前のブロックに END 行 {0} を付けてください。',
  'the dashes of the {0} line are no hyphens': '{0} 行の線がハイフンではありません',
  'the {0} line is in small letters': '{0} 行が小文字です',
  'something stands in front of the {0} line': '{0} 行の前に余分な文字があります',
  'something stands behind the {0} line': '{0} 行の後に余分な文字があります',
  'the END line has another label than the BEGIN line': 'END 行のラベルが BEGIN 行と異なります',
  'the {0} line has {1} hyphens in front and {2} behind, in place of five':
    '{0} 行のハイフンは前後 5 つずつのはずですが、前に {1} つ、後に {2} つあります',
  'cut short: the file ends before its END line': 'END 行の前でファイルが途切れています',
  'a header within the block': 'ブロック内にヘッダーがあります',
  'Take the header and the empty line behind it out.': 'ヘッダーとその後の空行を削除してください。',
  'an empty line within the block': 'ブロック内に空行があります',
  'Take the empty lines of the block out.': 'ブロック内の空行を削除してください。',
  'not base64: a character that does not belong there': 'Base64 にない文字が含まれています',
  'not base64: characters are missing, or too many': 'Base64 の文字数に過不足があります',
  'the next block begins before its END line': 'END 行の前に次のブロックが始まっています',
  'Put {0} behind its base64, in front of the next BEGIN line.':
    'Base64 の後、次の BEGIN 行の前に {0} を入れてください。',
  'a line that begins with five dashes is no mark of a block: Java refuses the whole file for it':
    '5 つのハイフンで始まる行がブロックの区切りではありません。Java はこのためにファイル全体を拒否します',
  'Begin the line with another character, such as #, or take it out.': FROM_THE_START,
  'text that begins with the digit 0 right where a block may begin: Java takes it for binary and refuses the whole file':
    'ブロックの始まる位置に数字の 0 で始まる文字列があります。Java はバイナリとみなしてファイル全体を拒否します',
};

export const auditPhrases: Readonly<Record<string, string>> = {
  ...{ ...file, ...certificates },
  ...{ ...containers, ...damages },
};
