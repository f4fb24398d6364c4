#!/usr/bin/env bash
# Expected: a certificate that AWS Private CA issues by the template EndEntityClientAuthCertificate/V1 is for TLS clients: the
#   user guide lists basic constraints CA:FALSE, key usage digitalSignature and keyEncipherment, extended key usage clientAuth, and both key identifiers.
# Happens: moto issues it without any extension; only EndEntityCertificate/V1 gets all of them. No error, and the
#   call looks the same.
# Why it matters: the template is the natural one for partners' client certificates. On moto a test of mutual TLS runs with
#   certificates that have no purpose and no identifiers: what checks the purpose refuses them, what finds an issuer by key
#   identifier does not find it, and a check that a server's certificate is refused as a client cannot fail.
# Source: _x509_extensions in moto/acmpca/models.py compares the template with a list of two names.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" 'moto[acmpca]==5.2.5' boto3==1.44.8 cryptography==46.0.3 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), moto 5.2.5, boto3 1.44.8, cryptography 46.0.3"

cat > probe.py <<'EOF'
import os
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-central-1")
import sys
import boto3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from moto import mock_aws

TEMPLATE = "arn:aws:acm-pca:::template/"
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "settlement-gateway")])
request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
with mock_aws():
    ca = boto3.client("acm-pca")
    how = {"SigningAlgorithm": "SHA256WITHECDSA"}
    arn = ca.create_certificate_authority(
        CertificateAuthorityType="ROOT",
        CertificateAuthorityConfiguration={"KeyAlgorithm": "EC_prime256v1", **how, "Subject": {"CommonName": "Acme CA"}},
    )["CertificateAuthorityArn"]

    def issue(csr, template, days):
        issued = ca.issue_certificate(CertificateAuthorityArn=arn, Csr=csr, TemplateArn=TEMPLATE + template,
                                      Validity={"Type": "DAYS", "Value": days}, **how)["CertificateArn"]
        return ca.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued)["Certificate"].encode()

    root = issue(ca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"].encode(), "RootCACertificate/V1", 3650)
    ca.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=root)
    seen = {}
    for template in ("EndEntityCertificate/V1", "EndEntityClientAuthCertificate/V1"):
        issued = x509.load_pem_x509_certificate(issue(request.public_bytes(serialization.Encoding.PEM), template, 30))
        seen[template] = sorted(extension.oid._name for extension in issued.extensions)
        print(f"{template}: {', '.join(seen[template]) or 'no extensions'}")
if seen["EndEntityClientAuthCertificate/V1"] or "extendedKeyUsage" not in seen["EndEntityCertificate/V1"]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
