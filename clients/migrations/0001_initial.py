import uuid
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Practice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('time_zone', models.CharField(default='Europe/London', max_length=64, validators=[django.core.validators.RegexValidator('^[A-Za-z_]+(/[A-Za-z0-9_+\\-]+)*$', 'Choose a time zone by its IANA name, as Europe/London.')])),
                ('is_safe_mode', models.BooleanField(db_default=True, default=True)),
                ('principal', models.CharField(blank=True, max_length=200)),
                ('address', models.TextField(blank=True, max_length=1000)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('region', models.CharField(blank=True, max_length=100)),
                ('professional_body', models.CharField(blank=True, max_length=200)),
                ('data_protection_officer', models.CharField(blank=True, max_length=200)),
                ('complaints_officer', models.CharField(blank=True, max_length=200)),
                ('insurance', models.CharField(blank=True, max_length=500)),
                ('brand_logo', models.BinaryField(blank=True, default=b'')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'ordering': ['name', 'pk'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(max_length=150)),
                ('is_active', models.BooleanField(default=True)),
                ('is_staff', models.BooleanField(default=False)),
                ('has_shortcuts', models.BooleanField(default=True)),
                ('muted_notices', models.JSONField(blank=True, default=list)),
                ('joined_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'ordering': ['name', 'email'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=150)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('role', models.CharField(choices=[('none', 'No role'), ('apprentice', 'Apprentice'), ('member', 'Member'), ('admin', 'Admin'), ('owner', 'Owner')], default='none', max_length=12)),
                ('joined_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('left_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(models.F('practice'), models.F('user'), condition=models.Q(('user__isnull', False)), name='membership_once'), models.CheckConstraint(condition=models.Q(('role', 'none'), ('user__isnull', False), _connector='OR'), name='membership_role_has_user')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('email', models.EmailField(max_length=254)),
                ('name', models.CharField(blank=True, max_length=150)),
                ('role', models.CharField(choices=[('none', 'No role'), ('apprentice', 'Apprentice'), ('member', 'Member'), ('admin', 'Admin'), ('owner', 'Owner')], max_length=12)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('accepted_by__isnull', True)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False)), _connector='OR'), name='invitation_accepted_by_and_at')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('name', models.CharField(max_length=100)),
                ('role', models.CharField(choices=[('none', 'No role'), ('apprentice', 'Apprentice'), ('member', 'Member'), ('admin', 'Admin'), ('owner', 'Owner')], max_length=12)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='ClientTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('name', models.CharField(max_length=60)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(models.F('practice'), models.F('name'), name='tag_once')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Client',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('type', models.CharField(choices=[('limited_company', 'Limited company'), ('llp', 'LLP'), ('partnership', 'Partnership'), ('sole_trader', 'Sole trader'), ('individual', 'Individual'), ('trust', 'Trust'), ('charity', 'Charity'), ('other', 'Other')], default='limited_company', max_length=20)),
                ('name', models.CharField(max_length=255)),
                ('name_key', models.CharField(db_index=True, editable=False, max_length=255)),
                ('trading_name', models.CharField(blank=True, max_length=255)),
                ('company_number', models.CharField(blank=True, max_length=20)),
                ('contact_name', models.CharField(blank=True, max_length=200)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('address', models.TextField(blank=True, max_length=1000)),
                ('vat_number', models.CharField(blank=True, max_length=30)),
                ('year_end_month', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)])),
                ('year_end_day', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(31)])),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='clients', to='clients.membership')),
                ('group', models.CharField(blank=True, max_length=200)),
                ('notes', models.TextField(blank=True, max_length=10000)),
                ('standing', models.CharField(choices=[('prospect', 'Prospect'), ('active', 'Active'), ('ad_hoc', 'Ad-hoc')], default='prospect', max_length=10)),
                ('last_billable_month', models.DateField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('close_reason', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('tags', models.ManyToManyField(blank=True, related_name='clients', to='clients.clienttag')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'indexes': [models.Index(fields=['practice', 'name'], name='clients_cli_practic_b91357_idx'), models.Index(fields=['practice', 'updated_at'], name='clients_cli_practic_d5e703_idx')],
                'constraints': [models.UniqueConstraint(models.F('practice'), models.F('uid'), name='client_uid_once'), models.UniqueConstraint(models.F('practice'), models.F('company_number'), condition=models.Q(('company_number', ''), _negated=True), name='client_company_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True), ('last_billable_month__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), ('last_billable_month__isnull', False)), _connector='OR'), name='client_closed_with_last_month'), models.CheckConstraint(condition=models.Q(models.Q(('year_end_day__isnull', True), ('year_end_month__isnull', True)), models.Q(('year_end_day__isnull', False), ('year_end_month__isnull', False)), _connector='OR'), name='client_year_end_both_or_none')],
            },
        ),
        migrations.CreateModel(
            name='ClientImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('file_name', models.CharField(max_length=255)),
                ('content', models.BinaryField()),
                ('layout', models.CharField(blank=True, max_length=20)),
                ('status', models.CharField(choices=[('reading', 'Reading'), ('unreadable', 'Unreadable'), ('ready', 'Ready to import'), ('applying', 'Importing'), ('applied', 'Imported'), ('undone', 'Undone')], default='reading', max_length=12)),
                ('problem', models.CharField(blank=True, max_length=500)),
                ('rows_total', models.PositiveIntegerField(default=0)),
                ('rows_done', models.PositiveIntegerField(default=0)),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_at', models.DateTimeField()),
                ('alive_at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-uploaded_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['applied', 'undone']), _negated=True), ('applied_at__isnull', False), _connector='OR'), name='import_applied_at')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='ClientImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='clients.practice')),
                ('client_import', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='clients.clientimport')),
                ('number', models.PositiveIntegerField()),
                ('outcome', models.CharField(choices=[('new', 'New'), ('changed', 'Changed'), ('unchanged', 'Unchanged'), ('rejected', 'Rejected')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('name', models.CharField(blank=True, max_length=255)),
                ('values', models.JSONField(default=dict)),
                ('before', models.JSONField(default=dict)),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='clients.client')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(models.F('client_import'), models.F('number'), name='import_row_once')],
                'indexes': [],
            },
        ),
    ]
