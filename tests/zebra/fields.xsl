<?xml version="1.0" encoding="UTF-8"?>
<!-- Which parts of a MARC record are searched, and under which name. -->
<xsl:stylesheet version="1.0" exclude-result-prefixes="marc"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:marc="http://www.loc.gov/MARC21/slim"
    xmlns:z="http://indexdata.com/zebra-2.0">
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:template match="/marc:record">
    <z:record z:id="{marc:controlfield[@tag='001']}">
      <z:index name="title:w any:w">
        <xsl:for-each select="marc:datafield[@tag='245']/marc:subfield">
          <xsl:value-of select="concat(., ' ')"/>
        </xsl:for-each>
      </z:index>
      <xsl:for-each select="marc:datafield[@tag='100' or @tag='700']/marc:subfield[@code='a']">
        <z:index name="author:w any:w"><xsl:value-of select="."/></z:index>
      </xsl:for-each>
      <xsl:for-each select="marc:datafield[@tag='650']/marc:subfield[@code='a']">
        <z:index name="subject:w any:w"><xsl:value-of select="."/></z:index>
      </xsl:for-each>
      <xsl:for-each select="marc:datafield[@tag='020']/marc:subfield[@code='a']">
        <z:index name="isbn:w"><xsl:value-of select="."/></z:index>
      </xsl:for-each>
    </z:record>
  </xsl:template>
</xsl:stylesheet>
