import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('billing', '0001_initial'),
        ('clients', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='clients.client')),
                ('number', models.PositiveIntegerField()),
                ('title', models.CharField(default='Proposal', max_length=200)),
                ('kind', models.CharField(choices=[('new', 'New'), ('renewal', 'Renewal'), ('adjustment', 'Adjustment')], default='new', max_length=12)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('pending', 'Pending'), ('won', 'Won'), ('active', 'Active'), ('superseded', 'Superseded'), ('closed', 'Closed'), ('lost', 'Lost'), ('expired', 'Expired')], default='draft', max_length=12)),
                ('signatory_name', models.CharField(blank=True, max_length=200)),
                ('signatory_email', models.EmailField(blank=True, max_length=254)),
                ('planned_start', models.DateField()),
                ('has_alignment', models.BooleanField(default=False)),
                ('introduction', models.TextField(blank=True, max_length=10000)),
                ('letter', models.TextField(blank=True, max_length=50000)),
                ('expires_on', models.DateField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='proposals.proposal')),
                ('engagement', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.engagement')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('sent_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('viewed_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('activated_at', models.DateTimeField(blank=True, null=True)),
                ('lost_at', models.DateTimeField(blank=True, null=True)),
                ('lost_reason', models.CharField(blank=True, max_length=1000)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('last_month', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-number'],
                'indexes': [models.Index(fields=['practice', 'status'], name='proposals_p_practic_70148a_idx')],
                'constraints': [models.UniqueConstraint(models.F('practice'), models.F('number'), name='proposal_number_once'), models.UniqueConstraint(models.F('practice'), models.F('uid'), name='proposal_uid_once'), models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', False), ('engagement__isnull', False), ('status__in', ['won', 'active', 'superseded', 'closed'])), models.Q(('status__in', ['draft', 'in_review', 'pending', 'lost', 'expired']), ('accepted_at__isnull', True), ('engagement__isnull', True)), _connector='OR'), name='proposal_accepted_has_engagement'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'pending'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='proposal_pending_was_sent'), models.UniqueConstraint(condition=models.Q(('replaces__isnull', False), ('status__in', ['draft', 'in_review', 'pending', 'won'])), fields=('replaces',), name='proposal_replaced_once')],
            },
        ),
        migrations.CreateModel(
            name='ProposalLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='proposals.proposal')),
                ('service', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.service')),
                ('continues', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.engagedservice')),
                ('name', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True, max_length=4000)),
                ('price', models.DecimalField(decimal_places=2, max_digits=12)),
                ('quantity', models.DecimalField(decimal_places=2, default=Decimal('1'), max_digits=9)),
                ('billing_method', models.CharField(choices=[('monthly', 'Monthly'), ('quarterly_advance', 'Quarterly, in advance'), ('annually_advance', 'Annually, in advance'), ('weekly', 'Weekly'), ('quarterly_completion', 'Quarterly, on completion'), ('annually_completion', 'Annually, on completion'), ('once_advance', 'Once, in advance'), ('once_completion', 'Once, on completion'), ('once_acceptance', 'Once, on acceptance')], max_length=24)),
                ('weekday', models.PositiveSmallIntegerField(default=0)),
                ('ledger_account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.ledgeraccount')),
                ('line_tracking', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.trackingoption')),
                ('service_tracking', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.trackingoption')),
                ('has_alignment', models.BooleanField(default=False)),
                ('position', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['proposal_id', 'position', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('price__gte', 0)), name='line_price_not_negative'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='line_quantity_positive')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='ProposalDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='proposals.proposal')),
                ('kind', models.CharField(choices=[('offer', 'Proposal as sent'), ('signed', 'Signed, with certificate')], max_length=8)),
                ('version', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('frozen', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-version', 'pk'],
                'constraints': [models.UniqueConstraint(models.F('proposal'), models.F('kind'), models.F('version'), name='document_once')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='SigningLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='proposals.proposal')),
                ('version', models.PositiveIntegerField()),
                ('recipient_name', models.CharField(max_length=200)),
                ('recipient_email', models.EmailField(max_length=254)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('is_shared', models.BooleanField(default=False)),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('viewed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='proposals.proposal')),
                ('version', models.PositiveIntegerField()),
                ('act', models.CharField(choices=[('signed', 'Signed'), ('declined', 'Declined'), ('on_behalf', "Accepted on the client's behalf")], max_length=10)),
                ('signer_name', models.CharField(max_length=200)),
                ('signer_email', models.EmailField(blank=True, max_length=254)),
                ('signed_at', models.DateTimeField()),
                ('ip_address', models.GenericIPAddressField(blank=True, null=True)),
                ('user_agent', models.CharField(blank=True, max_length=500)),
                ('consent_version', models.CharField(blank=True, max_length=20)),
                ('document_sha256', models.CharField(blank=True, max_length=64)),
                ('link', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='proposals.signinglink')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reason', models.CharField(blank=True, max_length=1000)),
            ],
            options={
                'ordering': ['signed_at'],
                'constraints': [models.UniqueConstraint(models.F('proposal'), models.F('version'), name='signature_once'), models.CheckConstraint(condition=models.Q(models.Q(('act', 'on_behalf'), _negated=True), models.Q(('by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='on_behalf_has_reason')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='ProposalEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='proposals.proposal')),
                ('what', models.CharField(max_length=30)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['at', 'pk'],
                'indexes': [],
                'constraints': [],
            },
        ),
    ]
